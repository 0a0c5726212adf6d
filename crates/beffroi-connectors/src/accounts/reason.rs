//! Why something is not simply an account. The words are stored and printed: rename none.

/// A script, a picture, a tracker: a file of the platform, nobody's account.
pub const ASSET: &str = "asset";
/// An app of a store that is nobody's branded app as far as the URL tells.
pub const APP_STORE: &str = "app_store";
/// `@name` alone: an account, but of which platform?
pub const BARE_HANDLE: &str = "bare_handle";
/// An automatic correspondent.
pub const BOT: &str = "bot";
/// A copy of an account (or site) of another network.
pub const BRIDGED: &str = "bridged";
/// Invites a visitor to write to somebody.
pub const CONTACT: &str = "contact";
/// A publication or a collection that does not name its owner.
pub const CONTENT: &str = "content";
/// An e-mail address.
pub const EMAIL: &str = "email";
/// An event.
pub const EVENT: &str = "event";
/// A group.
pub const GROUP: &str = "group";
/// The platform's own home page.
pub const HOME_PAGE: &str = "home_page";
/// In the place of an account, but no name that the platform would give.
pub const INVALID_HANDLE: &str = "invalid_handle";
/// Only names the account in passing.
pub const NAMED_ONLY: &str = "named_only";
/// No address of the web.
pub const NOT_A_URL: &str = "not_a_url";
/// A presence of somebody else than a collectivity.
pub const OTHER_ORGANISATION: &str = "other_organisation";
/// A person's profile: never collected.
pub const PERSON: &str = "person";
/// The default link of a theme or a template.
pub const PLACEHOLDER: &str = "placeholder";
/// The invitation to a closed group.
pub const PRIVATE_INVITE: &str = "private_invite";
/// The platform's help, search, settings, login, lists of topics.
pub const SERVICE_PAGE: &str = "service_page";
/// A button that shares a page.
pub const SHARE_BUTTON: &str = "share_button";
/// A short link: only following it tells.
pub const SHORTENER: &str = "shortener";
/// An account's shape on a host that may be anything: only asking the host tells.
pub const UNCONFIRMED_HOST: &str = "unconfirmed_host";
/// An account's shape that only the platform can confirm.
pub const UNCONFIRMED_SHAPE: &str = "unconfirmed_shape";
/// An account by a number that only the platform can turn into its name.
pub const UNRESOLVED_ID: &str = "unresolved_id";
/// An address that is not of the web (`tel:`, `javascript:`).
pub const UNSUPPORTED_SCHEME: &str = "unsupported_scheme";
/// The vendor's page or app: the service is used, nothing says by whom.
pub const VENDOR: &str = "vendor";
/// A redirection without a target, or with too many of them in each other.
pub const WRAPPER: &str = "wrapper";
