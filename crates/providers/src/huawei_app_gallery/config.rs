//! What a person enters for Huawei AppGallery. Must not know what is done with it.

use std::fmt;

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use secrecy::{ExposeSecret as _, SecretString};

use crate::form::{Field, Form, Settings};
use crate::http::sensitive;

const HOST: &str = "https://connect-api.cloud.huawei.com";

pub(crate) static FORM: Form = Form {
    service: Service::HuaweiAppGallery,
    purpose: mark!(
        "See an app's phased release on Huawei AppGallery, suspend it, let it go on and set its share."
    ),
    least_permission: mark!(
        "An API client of the team (project N/A) with the role App administrator, limited to this app."
    ),
    fields: &[
        Field::new(
            "package",
            mark!("Package name"),
            mark!("Such as com.example.app, as AppGallery Connect shows it."),
        ),
        Field::new(
            "client_id",
            mark!("Client ID"),
            mark!("From AppGallery Connect, Users and permissions, API key, Connect API."),
        ),
        Field::new(
            "client_secret",
            mark!("Key"),
            mark!("The key of the same API client."),
        )
        .secret(),
        Field::base_url(mark!(
            "Leave empty for data in China. Else https://connect-api-dre.cloud.huawei.com (Europe), https://connect-api-dra.cloud.huawei.com (Asia, Africa, Latin America) or https://connect-api-drru.cloud.huawei.com (Russia)."
        )),
    ],
};

pub(super) struct Config {
    pub base_url: String,
    pub package: String,
    pub client_id: String,
    pub client_secret: SecretString,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let client_secret = settings.secret("client_secret")?;
        if sensitive(client_secret.expose_secret()).is_none() {
            return Err(
                settings.unusable("client_secret", say!("holds characters that no key has"))
            );
        }
        let client_id = settings.required("client_id")?;
        if !client_id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(
                settings.unusable("client_id", say!("holds characters that no client ID has"))
            );
        }
        Ok(Config {
            base_url: settings.base_url(Some(HOST))?,
            package: settings.required("package")?,
            client_id,
            client_secret,
        })
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("base_url", &self.base_url)
            .field("package", &self.package)
            .finish_non_exhaustive()
    }
}
