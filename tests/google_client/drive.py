"""Drives a sandbox with Google's own client, and holds every request and answer to the discovery
document that ships with it. Must not know how the sandbox is built.

    python drive.py http://127.0.0.1:PORT

Prints one line a check and closes with "N passed, N failed"; exits 1 when one failed.
"""

import json
import sys
import urllib.request

import google_auth_httplib2
import httplib2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth.exceptions import RefreshError
from google.oauth2 import service_account
from googleapiclient.discovery import build
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError

sys.dont_write_bytecode = True
from channels import Channels  # noqa: E402  (no cache folder beside the sources)
from health import Health  # noqa: E402
from validator import Document  # noqa: E402

SCOPE = "https://www.googleapis.com/auth/androidpublisher"
TIMEOUT_S = 15


class Recorder(httplib2.Http):
    """Passes requests on and checks them and their answers against the document."""

    def __init__(self, document, base_url):
        super().__init__(timeout=TIMEOUT_S)
        self.document = document
        self.base_url = base_url
        self.checked = 0
        self.faults = []

    def request(self, uri, method="GET", body=None, headers=None, **rest):
        answer, content = super().request(uri, method=method, body=body, headers=headers, **rest)
        if "/androidpublisher/" in uri:
            if not uri.startswith(self.base_url):
                raise AssertionError("a request left the sandbox")
            sent = json.loads(body) if body else None
            got = json.loads(content) if content else None
            self.checked += 1
            found = self.document.request_faults(method, uri, sent)
            found += self.document.answer_faults(method, uri, answer.status, got)
            self.faults += [f"{method} {uri}: {fault}" for fault in found]
        return answer, content


class Drive(Channels, Health):
    def __init__(self, url):
        self.url = url
        self.passed = 0
        self.failed = 0
        self.connection = self.control("connections")["google_play"]
        self.package = self.connection["package"]
        document = json.loads(get_static_doc("androidpublisher", "v3"))
        self.recorder = Recorder(Document(document), self.connection["base_url"])
        self.play = self.client(self.connection["service_account"])

    def control(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            return json.load(answer)

    def client(self, account, scope=SCOPE):
        credentials = service_account.Credentials.from_service_account_info(account, scopes=[scope])
        http = google_auth_httplib2.AuthorizedHttp(credentials, http=self.recorder)
        return build(
            "androidpublisher",
            "v3",
            http=http,
            client_options={"api_endpoint": self.connection["base_url"]},
            static_discovery=True,
        )

    # The verbs, in short.

    def edits(self):
        return self.play.edits()

    def insert(self):
        # Two inserts within a second would give the same edit.
        self.control("advance", {"ms": 1_500})
        return self.edits().insert(packageName=self.package, body={}).execute()["id"]

    def get_track(self, edit, track="production"):
        return self.edits().tracks().get(packageName=self.package, editId=edit, track=track).execute()

    def put(self, edit, releases, track="production"):
        body = {"track": track, "releases": releases}
        call = self.edits().tracks().update(packageName=self.package, editId=edit, track=track, body=body)
        return call.execute()

    def commit(self, edit, **parameters):
        return self.edits().commit(packageName=self.package, editId=edit, **parameters).execute()

    def console(self, action, **details):
        self.control("console", {"service": "google_play", "action": action, **details})

    def knob(self, name, value):
        self.control("knobs", {"service": "google_play", name: value})

    def truth(self):
        return self.control("truth")["google_play"]["tracks"]["production"]

    # The checks.

    def run(self):
        for name in [name for name in dir(self) if name.startswith("check_")]:
            self.one(name.removeprefix("check_").replace("_", " "), getattr(self, name))
        self.one("every request and answer fits the discovery document", self.fits)
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0

    def one(self, name, check):
        try:
            check()
        except (AssertionError, HttpError, RefreshError, KeyError, OSError) as error:
            self.failed += 1
            print(f"FAILED  {name}: {type(error).__name__}: {error}")
        else:
            self.passed += 1
            print(f"passed  {name}")

    def fits(self):
        assert self.recorder.checked >= 50, f"only {self.recorder.checked} exchanges were seen"
        assert not self.recorder.faults, "\n  " + "\n  ".join(self.recorder.faults)

    def refused(self, call, status, kind, words):
        try:
            call()
        except HttpError as error:
            body = json.loads(error.content)["error"]
            seen = (error.resp.status, body["status"])
            assert seen == (status, kind), f"{seen}: {body['message']}"
            assert words in body["message"], body["message"]
            return body
        raise AssertionError(f"was taken, but \"{words}\" was awaited")

    def grant_refused(self, account, words):
        try:
            self.client(account).edits().insert(packageName=self.package, body={}).execute()
        except RefreshError as error:
            assert words in str(error), error
            return
        raise AssertionError(f"was taken, but \"{words}\" was awaited")

    def check_a0_the_validator_finds_faults(self):
        document = self.recorder.document
        good = {"versionCodes": ["84012"], "status": "halted", "userFraction": 0.2}
        assert not document.faults({"$ref": "TrackRelease"}, good, "release")
        for wrong in [
            {"versionCodes": [84012]},
            {"versionCodes": ["9223372036854775808"]},
            {"status": "stopped"},
            {"userFraction": "0.2"},
            {"inAppUpdatePriority": 1.5},
            {"fraction": 0.2},
            {"releaseNotes": {"language": "en-GB"}},
        ]:
            assert document.faults({"$ref": "TrackRelease"}, wrong, "release"), wrong
        url = f"{self.url}/androidpublisher/v3/applications/a/edits/1:validate"
        assert document.request_faults("POST", f"{url}?changesNotSentForReview=true", None)
        assert document.answer_faults("POST", url, 200, None)
        assert document.answer_faults("POST", url, 400, {"error": {"code": 404, "message": "", "status": ""}})

    def check_a1_insert_get_put_commit(self):
        edit = self.insert()
        got = self.edits().get(packageName=self.package, editId=edit).execute()
        assert got["id"] == edit
        listed = self.edits().tracks().list(packageName=self.package, editId=edit).execute()
        assert {"production", "beta", "alpha", "internal"} == {track["track"] for track in listed["tracks"]}
        release = self.get_track(edit)["releases"][0]
        assert (release["status"], release["userFraction"]) == ("inProgress", 0.2), release
        release["status"] = "halted"
        written = self.put(edit, [release])
        assert [one["status"] for one in written["releases"]] == ["halted", "completed"], written
        assert self.truth()["status"] == "inProgress", "in effect before the commit"
        assert self.edits().validate(packageName=self.package, editId=edit).execute()["id"] == edit
        assert self.commit(edit, changesInReviewBehavior="ERROR_IF_IN_REVIEW")["id"] == edit
        assert self.truth()["status"] == "halted"

    def check_a2_patch_resumes(self):
        edit = self.insert()
        body = {"releases": [{"versionCodes": ["84012"], "status": "inProgress", "userFraction": 0.3}]}
        self.edits().tracks().patch(packageName=self.package, editId=edit, track="production", body=body).execute()
        self.commit(edit)
        assert (self.truth()["status"], self.truth()["user_fraction"]) == ("inProgress", 0.3)

    def check_a3_release_summaries_cost_no_edit(self):
        before = self.control("truth")["google_play"]["edits_created_today"]
        parent = f"applications/{self.package}/tracks/production"
        summaries = self.play.applications().tracks().releases().list(parent=parent).execute()
        assert summaries["releases"][0]["activeArtifacts"] == [{"versionCode": 84012}], summaries
        assert self.control("truth")["google_play"]["edits_created_today"] == before

    def check_a4_delete(self):
        edit = self.insert()
        assert not self.edits().delete(packageName=self.package, editId=edit).execute()
        self.refused(lambda: self.get_track(edit), 400, "FAILED_PRECONDITION", "This Edit has been deleted.")

    def check_a5_reviews_come_page_by_page(self):
        reviews, token = [], None
        while True:
            page = self.play.reviews().list(packageName=self.package, maxResults=100, token=token).execute()
            reviews += page["reviews"]
            token = page.get("tokenPagination", {}).get("nextPageToken")
            if token is None:
                break
        assert len(reviews) == page["pageInfo"]["totalResults"] > 200, page["pageInfo"]
        said = [one["comments"][0]["userComment"] for one in reviews]
        assert {one["appVersionName"] for one in said} == {"8.4.0", "8.3.2"}
        assert all(1 <= one["starRating"] <= 5 for one in said)

    def check_a6_people_are_asked_to_update(self):
        recoveries = self.play.apprecovery()
        listed = lambda: recoveries.list(packageName=self.package, versionCode="83207").execute()
        assert listed() == {}, listed()
        body = {
            "remoteInAppUpdate": {"isRemoteInAppUpdateRequested": True},
            "targeting": {
                "versionList": {"versionCodes": ["83207"]},
                "regions": {"regionCode": ["NO"]},
            },
        }
        made = recoveries.create(packageName=self.package, body=body).execute()
        assert made["status"] == "RECOVERY_STATUS_DRAFT", made
        act = {"packageName": self.package, "appRecoveryId": made["appRecoveryId"]}
        more = {"targetingUpdate": {"regions": {"regionCode": ["SE"]}}}
        recoveries.addTargeting(**act, body=more).execute()
        self.knob("recovery_making_ms", 1_000)
        recoveries.deploy(**act, body={}).execute()
        self.knob("recovery_making_ms", 0)
        assert listed()["recoveryActions"][0]["status"] == "RECOVERY_STATUS_GENERATION_IN_PROGRESS"
        self.control("advance", {"ms": 30_000})
        one = listed()["recoveryActions"][0]
        assert one["status"] == "RECOVERY_STATUS_ACTIVE", one
        assert one["targeting"]["regions"]["regionCode"] == ["NO", "SE"], one
        counts = one["remoteInAppUpdateData"]["remoteAppUpdateDataPerBundle"][0]
        assert 0 < int(counts["recoveredDeviceCount"]) < int(counts["totalDeviceCount"]), counts
        words = "not in DRAFT status"
        self.refused(recoveries.deploy(**act, body={}).execute, 400, "FAILED_PRECONDITION", words)
        recoveries.cancel(**act, body={}).execute()
        assert listed()["recoveryActions"][0]["status"] == "RECOVERY_STATUS_CANCELED"
        words = "already been canceled"
        self.refused(recoveries.cancel(**act, body={}).execute, 400, "FAILED_PRECONDITION", words)
        body["targeting"]["versionList"] = {"versionCodes": ["99999"]}
        call = recoveries.create(packageName=self.package, body=body)
        self.refused(call.execute, 400, "INVALID_ARGUMENT", "not a version code of this app")

    def check_b1_a_newer_edit_deletes_the_older(self):
        edit = self.insert()
        self.insert()
        self.refused(lambda: self.commit(edit), 400, "FAILED_PRECONDITION", "This Edit has been deleted.")

    def check_b2_a_console_change_deletes_the_edit(self):
        edit = self.insert()
        self.console("raise", fraction=0.4)
        self.refused(lambda: self.get_track(edit), 400, "FAILED_PRECONDITION", "This Edit has been deleted.")
        assert self.get_track(self.insert())["releases"][0]["userFraction"] == 0.4

    def check_b3_an_edit_expires(self):
        self.knob("edit_lifetime_s", 30)
        edit = self.insert()
        self.control("advance", {"ms": 31_000})
        self.knob("edit_lifetime_s", 3600)
        self.refused(lambda: self.commit(edit), 400, "FAILED_PRECONDITION", "This edit has expired")

    def check_b4_a_second_commit(self):
        edit = self.insert()
        self.commit(edit)
        self.refused(lambda: self.commit(edit), 400, "FAILED_PRECONDITION", "already been successfully committed")

    def check_c1_fraction_rules(self):
        edit = self.insert()
        cases = [
            ("84012", "inProgress", 1.0, "Rollout fraction must be greater than 0 and less than 1"),
            ("84012", "inProgress", 0.1, "cannot be decreased"),
            ("84012", "inProgress", None, "must have fraction"),
            ("84012", "completed", 0.5, "COMPLETED release must not have fraction"),
            ("84012", "draft", 0.5, "DRAFT release must not have fraction"),
            ("84012", "halted", None, "HALTED release must have fraction"),
            ("83207", "halted", 0.5, "HALTED release must not have fraction"),
        ]
        for code, status, fraction, words in cases:
            release = {"versionCodes": [code], "status": status}
            if fraction is not None:
                release["userFraction"] = fraction
            self.refused(lambda: self.put(edit, [release]), 400, "INVALID_ARGUMENT", words)

    def check_c2_a_first_release_cannot_be_staged(self):
        release = {"versionCodes": ["84103"], "status": "inProgress", "userFraction": 0.1}
        words = "The first release on a track cannot be staged"
        edit = self.insert()
        self.refused(lambda: self.put(edit, [release], "beta"), 400, "INVALID_ARGUMENT", words)

    def check_d1_unknown_package_and_track(self):
        call = self.edits().insert(packageName="com.unknown", body={})
        self.refused(call.execute, 404, "NOT_FOUND", "Package not found: com.unknown.")
        edit = self.insert()
        self.refused(lambda: self.get_track(edit, "moon"), 404, "NOT_FOUND", "Track not found.")

    def check_d2_no_permission(self):
        self.knob("permitted", False)
        call = self.edits().insert(packageName=self.package, body={})
        try:
            self.refused(call.execute, 403, "PERMISSION_DENIED", "The caller does not have permission")
        finally:
            self.knob("permitted", True)

    def check_d3_daily_quota(self):
        self.knob("daily_edits_max", 0)
        try:
            self.refused(self.insert, 403, "PERMISSION_DENIED", "Daily edit creation quota exceeded")
        finally:
            self.knob("daily_edits_max", 500)

    def check_e1_changes_in_review(self):
        self.console("start_review", what="Store listing")
        edit = self.insert()
        call = lambda: self.commit(edit, changesInReviewBehavior="ERROR_IF_IN_REVIEW")
        body = self.refused(call, 400, "FAILED_PRECONDITION", "already in review")
        assert body["details"][0]["reason"] == "CHANGES_ALREADY_IN_REVIEW", body
        self.console("finish_review")

    def check_e2_changes_not_sent_for_review(self):
        edit = self.insert()
        held = lambda: self.commit(edit, changesNotSentForReview=True)
        self.refused(held, 400, "INVALID_ARGUMENT", "must not be set")
        self.console("manual_send", on=True)
        self.refused(lambda: self.commit(edit), 400, "INVALID_ARGUMENT", "cannot be sent for review automatically")
        held()
        self.console("manual_send", on=False)
        self.console("send_for_review")

    def check_f1_a_wrong_key(self):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        account = {**self.connection["service_account"], "private_key": pem.decode()}
        self.grant_refused(account, "Invalid JWT Signature.")

    def check_f2_an_unknown_account(self):
        account = {**self.connection["service_account"], "client_email": "nobody@example.com"}
        self.grant_refused(account, "account not found")

    def check_f3_a_wrong_clock(self):
        self.knob("clock_skew_ms", -3 * 3_600_000)
        try:
            self.grant_refused(self.connection["service_account"], "Token must be a short-lived token (60 minutes)")
        finally:
            self.knob("clock_skew_ms", 0)

    def check_f4_a_scope_that_is_not_enough(self):
        scope = "https://www.googleapis.com/auth/playdeveloperreporting"
        play = self.client(self.connection["service_account"], scope)
        call = play.edits().insert(packageName=self.package, body={})
        self.refused(call.execute, 403, "PERMISSION_DENIED", "insufficient authentication scopes")

    def check_g1_an_ended_token_is_renewed(self):
        # The client meets 401, fetches a new token by itself and repeats the request.
        self.control("advance", {"ms": 3_700_000})
        self.knob("clock_skew_ms", -3_700_000)
        before = len(self.control("log?service=google_play")["requests"])
        self.insert()
        new = self.control("log?service=google_play")["requests"][before:]
        assert [(line["path"].endswith("/token"), line["status"]) for line in new] == [
            (False, 401),
            (True, 200),
            (False, 200),
        ], new


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python drive.py http://127.0.0.1:PORT")
    sys.exit(Drive(sys.argv[1].rstrip("/")).run())
