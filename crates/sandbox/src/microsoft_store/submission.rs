//! A submission, its packages and where its gradual rollout stands, as the interface shows them.
//! Must not know who asks.

use serde_json::{Value, json};

/// Where a submission's gradual rollout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rollout {
    NotStarted,
    InProgress,
    Complete,
    Stopped,
}

impl Rollout {
    fn word(self) -> &'static str {
        match self {
            Rollout::NotStarted => "PackageRolloutNotStarted",
            Rollout::InProgress => "PackageRolloutInProgress",
            Rollout::Complete => "PackageRolloutComplete",
            Rollout::Stopped => "PackageRolloutStopped",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Submission {
    pub id: u64,
    /// Every version whose package it holds; the Store hands out the highest that fits.
    pub versions: Vec<String>,
    pub published: bool,
    pub gradual: bool,
    pub percentage: f64,
    pub rollout: Rollout,
    /// 0 for none.
    pub fallback: u64,
}

impl Submission {
    pub(super) fn rollout(&self) -> Value {
        json!({
            "isPackageRollout": self.gradual,
            "packageRolloutPercentage": self.percentage,
            "packageRolloutStatus": self.rollout.word(),
            "fallbackSubmissionId": self.fallback.to_string(),
        })
    }

    pub(super) fn shown(&self, url: &str) -> Value {
        let package = |version: &String| {
            json!({
                "fileName": format!("wallet_{version}_x64.msixbundle"),
                "fileStatus": "Uploaded",
                "id": format!("20000000000{}", self.id % 1_000),
                "version": version,
                "architecture": "x64",
                "languages": ["en-us"],
                "capabilities": ["internetClient"],
                "minimumDirectXVersion": "None",
                "minimumSystemRam": "None",
            })
        };
        json!({
            "id": self.id.to_string(),
            "applicationCategory": "PersonalFinance",
            "visibility": "Public",
            "targetPublishMode": "Immediate",
            "status": if self.published { "Published" } else { "PendingCommit" },
            "statusDetails": {"errors": [], "warnings": [], "certificationReports": []},
            // Whoever has this may write into the submission.
            "fileUploadUrl": format!("{url}/ingestion/{}?sv=2014-02-14&sr=b&sig=SANDBOX-UPLOAD-SECRET", self.id),
            "applicationPackages": self.versions.iter().map(package).collect::<Vec<_>>(),
            "packageDeliveryOptions": {
                "packageRollout": self.rollout(),
                "isMandatoryUpdate": false,
                "mandatoryUpdateEffectiveDate": "1601-01-01T00:00:00.0000000Z",
            },
        })
    }
}
