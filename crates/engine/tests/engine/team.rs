//! What laptops that share a log do again and again: invite, ask, compare, admit, sign, look. Must
//! not know what is tested.

use cockpit_engine::Handle;
use cockpit_engine::api::{
    Act, Approval, ChangeArg, Done, InviteArgs, Invited, JoinArgs, Nothing, Problem, ProposeArgs,
    Proposed, Query, TeamView,
};
use cockpit_engine::domain::policy::Role;
use cockpit_engine::domain::views::{BootView, ChangeDraft, PeopleView};

pub async fn team(handle: &Handle) -> TeamView {
    handle.ask(Query::Team(Nothing {})).await.unwrap()
}

pub async fn people(handle: &Handle) -> PeopleView {
    handle.ask(Query::People(Nothing {})).await.unwrap()
}

pub async fn boot(handle: &Handle) -> BootView {
    handle.ask(Query::Boot(Nothing {})).await.unwrap()
}

pub async fn sync(handle: &Handle) {
    let _: Done = handle.do_it(Act::Sync(Nothing {})).await.unwrap();
}

pub async fn change(handle: &Handle, change: ChangeDraft) -> Result<String, Problem> {
    let proposed: Proposed = handle.do_it(Act::Propose(ProposeArgs { change })).await?;
    sign(handle, proposed.change).await
}

pub async fn sign(handle: &Handle, change: String) -> Result<String, Problem> {
    let signed = Approval::SignChange(ChangeArg { change });
    let done = handle.approve(signed).await?;
    Ok(done["sentence"].as_str().unwrap().to_owned())
}

pub async fn invite(handle: &Handle, role: Role) -> Result<Invited, Problem> {
    let args = InviteArgs {
        roles: vec![role],
        name: "Ben".to_owned(),
        hours: 1,
    };
    handle.do_it(Act::Invite(args)).await
}

pub fn join_args(invitation: &str) -> JoinArgs {
    JoinArgs {
        invitation: invitation.to_owned(),
        person: String::new(),
        device: String::new(),
        folder: None,
    }
}

pub async fn join(handle: &Handle, invitation: &str) -> Result<Done, Problem> {
    handle.do_it(Act::Join(join_args(invitation))).await
}

/// Admits whoever reads these six words.
pub async fn admit(handle: &Handle, words: &[String]) -> Result<String, Problem> {
    let requests = people(handle).await.requests;
    let request = requests.into_iter().find(|it| it.words == words).unwrap();
    let draft = ChangeDraft::Admit {
        request: request.request,
        person: None,
        roles: request.roles,
    };
    change(handle, draft).await
}
