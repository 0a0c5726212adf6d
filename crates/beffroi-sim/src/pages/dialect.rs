//! How each CMS writes: the marks by which it is known, the shape of its blocks, and its ballast.

use std::{fmt::Write as _, sync::OnceLock};

use crate::world::site::Cms;

/// The fixed parts of a CMS's pages.
pub(super) struct Dialect {
    /// Elements of the head that betray the CMS.
    pub(super) head: &'static str,
    pub(super) body_open: &'static str,
    pub(super) header_open: &'static str,
    pub(super) header_close: &'static str,
    pub(super) menu_open: &'static str,
    pub(super) menu_close: &'static str,
    pub(super) main_open: &'static str,
    pub(super) main_close: &'static str,
    pub(super) article_open: &'static str,
    pub(super) article_close: &'static str,
    pub(super) footer_open: &'static str,
    pub(super) footer_close: &'static str,
    /// What the vendor writes at the foot of every page.
    pub(super) credit: &'static str,
    /// Class of the block of network icons.
    pub(super) networks: &'static str,
}

const WORDPRESS: Dialect = Dialect {
    head: "<meta name=\"generator\" content=\"WordPress 6.8.2\" />\n\
<link rel='dns-prefetch' href='//fonts.googleapis.com' />\n\
<link rel='stylesheet' id='wp-block-library-css' href='/wp-includes/css/dist/block-library/style.min.css?ver=6.8.2' media='all' />\n\
<link rel='stylesheet' href='/wp-content/themes/commune/style.css?ver=2.4' media='all' />\n\
<script src=\"/wp-includes/js/jquery/jquery.min.js?ver=3.7.1\"></script>\n\
<link rel=\"https://api.w.org/\" href=\"/wp-json/\" />\n\
<meta name=\"twitter:site\" content=\"@wordpress\" />\n",
    body_open: "<body class=\"home blog wp-custom-logo wp-theme-commune\">\n<a class=\"skip-link\" href=\"#content\">Aller au contenu</a>\n",
    header_open: "<header id=\"masthead\" class=\"site-header\" role=\"banner\">\n",
    header_close: "</header>\n",
    menu_open: "<nav id=\"site-navigation\" class=\"main-navigation\"><ul id=\"primary-menu\" class=\"menu\">\n",
    menu_close: "</ul></nav>\n",
    main_open: "<div id=\"content\" class=\"site-content\"><main id=\"main\" class=\"site-main\">\n",
    main_close: "</main></div>\n",
    article_open: "<article class=\"post type-post status-publish hentry entry\"><header class=\"entry-header\">",
    article_close: "</article>\n",
    footer_open: "<footer id=\"colophon\" class=\"site-footer\" role=\"contentinfo\">\n",
    footer_close: "</footer>\n<script src=\"/wp-content/plugins/cookie-notice/js/front.min.js\" defer></script>\n",
    credit: "<div class=\"site-info\"><a href=\"https://fr.wordpress.org/\">Fièrement propulsé par WordPress</a> <a href=\"https://www.facebook.com/wordpress\">Facebook</a></div>\n",
    networks: "social-navigation menu-social-container",
};

const SPIP: Dialect = Dialect {
    head: "<meta name=\"generator\" content=\"SPIP 4.3.6\" />\n\
<link rel='stylesheet' href='local/cache-css/6a1f4c9e.css?1762000000' type='text/css' />\n\
<script src='local/cache-js/jsdyn-javascript.js?1762000000' type='text/javascript'></script>\n\
<link rel=\"shortcut icon\" href=\"squelettes/favicon.ico\" />\n",
    body_open: "<body id=\"top\" class=\"pas_surlignable page_sommaire\">\n<div id=\"page\" class=\"page\">\n",
    header_open: "<div id=\"entete\" class=\"header\"><header>\n",
    header_close: "</header></div>\n",
    menu_open: "<div class=\"menu menu_rubriques\" id=\"nav\"><ul class=\"menu-liste menu-items\">\n",
    menu_close: "</ul></div>\n",
    main_open: "<div id=\"conteneur\" class=\"main\"><div id=\"contenu\" class=\"content\">\n",
    main_close: "</div></div>\n",
    article_open: "<div class=\"item liste-item hentry clearfix\">",
    article_close: "</div>\n",
    footer_open: "<footer class=\"footer\" id=\"pied\">\n",
    footer_close: "</footer></div>\n",
    credit: "<p class=\"colophon\">Site réalisé sous <a href=\"https://www.spip.net\">SPIP</a> | <a href=\"/plugins-dist/\">Squelette</a></p>\n",
    networks: "reseaux_sociaux",
};

const JOOMLA: Dialect = Dialect {
    head: "<meta name=\"generator\" content=\"Joomla! - Open Source Content Management\">\n\
<link href=\"/media/vendor/bootstrap/css/bootstrap.min.css?5.3.3\" rel=\"stylesheet\">\n\
<script src=\"/media/system/js/core.min.js?9c761a\"></script>\n",
    body_open: "<body class=\"site com_content wrapper-static view-featured\">\n",
    header_open: "<header class=\"header container-header full-width\">\n",
    header_close: "</header>\n",
    menu_open: "<nav class=\"navbar\"><ul class=\"mod-menu mod-list nav\">\n",
    menu_close: "</ul></nav>\n",
    main_open: "<div class=\"site-grid\"><main>\n",
    main_close: "</main></div>\n",
    article_open: "<div class=\"blog-item\" itemprop=\"blogPost\" itemscope itemtype=\"https://schema.org/BlogPosting\">",
    article_close: "</div>\n",
    footer_open: "<footer class=\"container-footer footer full-width\">\n",
    footer_close: "</footer>\n",
    credit: "<p><a href=\"https://www.joomla.org\">Joomla!</a> est un logiciel libre. <a href=\"https://twitter.com/joomla\">Twitter</a></p>\n",
    networks: "custom social-icons",
};

const DRUPAL: Dialect = Dialect {
    head: "<meta name=\"Generator\" content=\"Drupal 10 (https://www.drupal.org)\" />\n\
<link rel=\"stylesheet\" media=\"all\" href=\"/sites/default/files/css/css_k1.css\" />\n\
<script type=\"application/json\" data-drupal-selector=\"drupal-settings-json\">{\"path\":{\"baseUrl\":\"\\/\"}}</script>\n\
<script src=\"/core/misc/drupal.js?v=10.4\"></script>\n",
    body_open: "<body class=\"path-frontpage\">\n<div class=\"dialog-off-canvas-main-canvas\" data-off-canvas-main-canvas>\n",
    header_open: "<header role=\"banner\" class=\"region region-header\">\n",
    header_close: "</header>\n",
    menu_open: "<nav role=\"navigation\" id=\"block-main-menu\" class=\"block block-menu\"><ul class=\"menu menu--main\">\n",
    menu_close: "</ul></nav>\n",
    main_open: "<main role=\"main\"><div class=\"layout-content\"><div class=\"views-element-container\">\n",
    main_close: "</div></div></main>\n",
    article_open: "<article role=\"article\" class=\"node node--type-article node--view-mode-teaser\">",
    article_close: "</article>\n",
    footer_open: "<footer role=\"contentinfo\" class=\"region region-footer\">\n",
    footer_close: "</footer></div>\n",
    credit: "",
    networks: "block-social-media-links",
};

const TYPO3: Dialect = Dialect {
    head: "<meta name=\"generator\" content=\"TYPO3 CMS\" />\n\
<link rel=\"stylesheet\" href=\"/typo3temp/assets/css/4adea90c81.css?1762\" media=\"all\">\n\
<link rel=\"stylesheet\" href=\"/_assets/5f3c2/Css/main.css?1762\" media=\"all\">\n",
    body_open: "<body id=\"p1\" class=\"page-1 layout-home\">\n",
    header_open: "<header class=\"page-header\">\n",
    header_close: "</header>\n",
    menu_open: "<nav class=\"navbar-main\"><ul class=\"nav\">\n",
    menu_close: "</ul></nav>\n",
    main_open: "<main id=\"page-content\"><div id=\"c12\" class=\"frame frame-default\">\n",
    main_close: "</div></main>\n",
    article_open: "<div class=\"article articletype-0\" itemscope=\"itemscope\">",
    article_close: "</div>\n",
    footer_open: "<footer class=\"page-footer\">\n",
    footer_close: "</footer>\n<script src=\"/typo3temp/assets/js/a1b2.js\" defer></script>\n",
    credit: "",
    networks: "sociallinks-list",
};

const WIX: Dialect = Dialect {
    head: "<meta name=\"generator\" content=\"Wix.com Website Builder\"/>\n\
<link rel=\"icon\" href=\"https://static.wixstatic.com/media/favicon.png\"/>\n\
<script src=\"https://static.parastorage.com/services/wix-thunderbolt/dist/main.js\" defer></script>\n",
    body_open: "<body class=\"device-desktop\">\n<div id=\"SITE_CONTAINER\"><div id=\"main_MF\">\n",
    header_open: "<header id=\"SITE_HEADER\" tabindex=\"-1\">\n",
    header_close: "</header>\n",
    menu_open: "<nav class=\"StylableHorizontalMenu\"><ul>\n",
    menu_close: "</ul></nav>\n",
    main_open: "<main id=\"PAGES_CONTAINER\"><div id=\"SITE_PAGES\">\n",
    main_close: "</div></main>\n",
    article_open: "<div data-testid=\"richTextElement\" class=\"wixui-rich-text\">",
    article_close: "</div>\n",
    footer_open: "<footer id=\"SITE_FOOTER\">\n",
    footer_close: "</footer></div></div>\n",
    credit: "<p><a href=\"https://www.facebook.com/wix\">Créé avec Wix.com</a></p>\n",
    networks: "wixui-social-bar",
};

const E_MONSITE: Dialect = Dialect {
    head: "<meta name=\"generator\" content=\"e-monsite (e-monsite.com)\" />\n\
<link href=\"//www.e-monsite.com/assets/css/theme.css\" rel=\"stylesheet\">\n",
    body_open: "<body id=\"site\" class=\"default\">\n",
    header_open: "<div id=\"header-wrapper\"><div id=\"header\">\n",
    header_close: "</div></div>\n",
    menu_open: "<nav id=\"menu\"><ul class=\"nav navbar-nav\">\n",
    menu_close: "</ul></nav>\n",
    main_open: "<div id=\"content\" class=\"container\">\n",
    main_close: "</div>\n",
    article_open: "<div class=\"widget-blogpost\">",
    article_close: "</div>\n",
    footer_open: "<footer id=\"footer\">\n",
    footer_close: "</footer>\n",
    credit: "<p><a href=\"https://www.e-monsite.com\">Créer un site internet avec e-monsite</a></p>\n",
    networks: "social-links-list",
};

const HAND_MADE: Dialect = Dialect {
    head: "<LINK REL=\"stylesheet\" HREF=\"style.css\" TYPE=\"text/css\">\n\
<SCRIPT LANGUAGE=\"JavaScript\">function ouvrir(u){window.open(u,'','width=600');}</SCRIPT>\n",
    body_open: "<BODY BGCOLOR=#FFFFFF TEXT=\"#003366\" topmargin=0>\n<CENTER><TABLE WIDTH=780 BORDER=0 CELLPADDING=4><TR><TD>\n",
    header_open: "<DIV ID=header class=bandeau>\n",
    header_close: "</DIV>\n",
    menu_open: "<TABLE class=menu><TR>\n",
    menu_close: "</TR></TABLE>\n",
    main_open: "<DIV class=contenu>\n",
    main_close: "</DIV>\n",
    // Never closed, as people write.
    article_open: "<P><FONT FACE=Arial SIZE=2>",
    article_close: "<BR><HR WIDTH=50%>\n",
    footer_open: "<DIV ID=footer class=pied><SMALL>\n",
    footer_close: "</SMALL></DIV></TD></TR></TABLE></CENTER>\n",
    credit: "",
    networks: "reseaux",
};

pub(super) fn dialect(cms: Cms) -> &'static Dialect {
    match cms {
        Cms::WordPress => &WORDPRESS,
        Cms::Spip => &SPIP,
        Cms::Joomla => &JOOMLA,
        Cms::Drupal => &DRUPAL,
        Cms::Typo3 => &TYPO3,
        Cms::Wix => &WIX,
        Cms::EMonsite => &E_MONSITE,
        Cms::HandMade => &HAND_MADE,
    }
}

/// Bytes of ballast that are ready to be sliced.
const BALLAST: usize = 48 * 1024;

/// Inline styles and scripts as page builders pour them out, `bytes` of it or a little less.
pub(super) fn ballast(out: &mut String, bytes: usize) {
    static STYLES: OnceLock<String> = OnceLock::new();
    static SCRIPTS: OnceLock<String> = OnceLock::new();
    let styles = STYLES.get_or_init(|| {
        let mut text = String::with_capacity(BALLAST + 256);
        for rule in 0.. {
            if text.len() > BALLAST {
                break;
            }
            let _ = writeln!(
                text,
                ".bloc-{rule}{{margin:{}px auto;padding:{}px;color:#{:06x};background:url(data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP)}}",
                rule % 40,
                rule % 25,
                rule * 7_919 % 0xFF_FFFF
            );
        }
        text
    });
    let scripts = SCRIPTS.get_or_init(|| {
        let mut text = String::with_capacity(BALLAST + 256);
        for call in 0.. {
            if text.len() > BALLAST {
                break;
            }
            let _ = writeln!(
                text,
                "window._mtq=window._mtq||[];if(a{call}<b&&c>{call}){{_mtq.push([\"block\",{call},'<div class=\"x\">'+d+'</div>']);}}"
            );
        }
        text
    });
    let (css, js) = (bytes * 2 / 3, bytes / 3);
    if css > 200 {
        out.push_str("<style id=\"global-styles-inline-css\">\n");
        out.push_str(whole_lines(styles, css));
        out.push_str("</style>\n");
    }
    if js > 200 {
        out.push_str("<script>\n");
        out.push_str(whole_lines(scripts, js));
        out.push_str("</script>\n");
    }
}

/// The text's first lines, no more than `bytes` of them.
fn whole_lines(text: &str, bytes: usize) -> &str {
    let cut = &text.as_bytes()[..bytes.min(text.len())];
    let end = cut
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    &text[..end]
}
