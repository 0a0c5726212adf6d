//! Services of which only the presence is recorded: citizens' alert apps, messengers, app stores.
//!
//! Nothing is ever asked of them. A link with the collectivity's own page or number is an account;
//! the vendor's home page or app only says that the service is spoken of (`reason::VENDOR`).

mod alert_apps;
mod app_stores;
mod messengers;

use super::Service;

/// All of them.
pub(super) const SERVICES: &[Service] = &[
    alert_apps::BETTERSTREET,
    alert_apps::CITIZENAPPS,
    alert_apps::CITYALL,
    alert_apps::CITYKOMI,
    alert_apps::ILLIWAP,
    alert_apps::IMAGINA,
    alert_apps::INTRAMUROS,
    alert_apps::LAPAGELOCALE,
    alert_apps::MYMAIRIE,
    alert_apps::NEOCITY,
    alert_apps::PANNEAUPOCKET,
    app_stores::STORES,
    messengers::DISCORD,
    messengers::MESSENGER,
    messengers::SIGNAL,
    messengers::VIBER,
    messengers::WHATSAPP,
];
