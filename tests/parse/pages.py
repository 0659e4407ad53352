"""Article pages made here, in the layouts that outlets really use. All words are ours."""

import json

LONG = (
    "The harbour authority said on Tuesday that the new inspection rules would apply to every container from next month.",
    "Traders who had asked for more time were told that the ministry would publish the forms before the end of the week.",
    "Three unions called the plan hasty, and said that nobody had asked the people who would have to carry it out.",
    "A spokeswoman for the port said that the number of inspectors would be doubled, and that most had been hired already.",
    "The first ship to be inspected under the rules is expected on the second of the month, weather permitting it to dock.",
    "Insurers have asked for a list of exempted goods, which the ministry says it will not publish before the summer ends.",
)


def paragraphs(*words):
    return "".join(f"<p>{w}</p>" for w in words or LONG)


def script(node):
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def next_data(props):
    return f'<script id="__NEXT_DATA__" type="application/json">{json.dumps({"props": {"pageProps": props}})}</script>'


def page(node=None, head="", body="", lang="en"):
    return (
        f'<!doctype html><html lang="{lang}"><head>{head}{script(node) if node else ""}</head><body>{body}</body></html>'
    ).encode()


def news(**more):
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "Port to inspect every container",
        "datePublished": "2026-02-17T10:00:00+08:00",
        **more,
    }


BBC_NEXT = page(
    {
        **news(),
        "@type": "ReportageNewsArticle",
        "author": [{"@type": "Organization", "name": "BBC News"}],
        "publisher": {"name": "BBC News"},
    },
    body="<main><article><h1>Port to inspect every container</h1>"
    '<figure><div data-testid="hero-image"><img srcset="https://ichef.bbci.co.uk/news/240/cpsprodpb/20AB/production/_127_port.jpg.webp 240w"></div></figure>'
    + paragraphs()
    + "</article></main>"
    + next_data(
        {
            "metadata": {
                "indexImage": {
                    "type": "image",
                    "model": {
                        "blocks": [
                            {"type": "altText"},
                            {"type": "rawImage", "model": {"copyrightHolder": "Lena Ort/Getty Images"}},
                        ]
                    },
                },
                "promoHeadline": "Why every container is opened",
                "section": {"name": "Asia", "uri": "/news/world/asia"},
            },
            "page": {},
        }
    ),
)
BBC_INITIAL = page(
    news(),
    body="<article><h1>Port to inspect every container</h1>"
    + paragraphs()
    + "</article><script>window.__INITIAL_DATA__="
    + json.dumps(
        json.dumps(
            {
                "data": {
                    "chameleon-global-navigation?x=1": {
                        "data": {"type": "image", "copyrightHolder": "Nobody"}
                    },
                    "article?id=1": {
                        "data": {
                            "metadata": {"section": {"name": "Business"}},
                            "content": [
                                {
                                    "type": "image",
                                    "model": {
                                        "blocks": [{"type": "rawImage", "model": {"copyrightHolder": "Soti"}}]
                                    },
                                }
                            ],
                        }
                    },
                }
            }
        )
    )
    + ";</script>",
)
BBC_MARKUP = page(
    news(),
    body='<div class="story-body"><h1>Port to inspect every container</h1><figure class="media-landscape lead"><span class="image-and-copyright-container">'
    '<img src="https://ichef.bbci.co.uk/news/320/cpsprodpb/1/production/_89382597_x.jpg"> <span class="off-screen">Image copyright</span>'
    ' <span class="story-image-copyright">Reuters</span></span><figcaption class="media-caption"><span class="off-screen">Image caption</span>'
    ' <span class="media-caption__text">Cranes at dawn</span></figcaption></figure>'
    + paragraphs()
    + "</div>",
)
ECONOMIST = page(
    news(
        author={"@type": "Organization", "name": "The Economist"},
        publisher={"@type": "Organization", "name": "The Economist"},
    ),
    head='<meta property="og:title" content="Why ports open everything">',
    body="<article><h1><span>Cargo</span><br><span>Why ports open everything</span></h1>"
    + paragraphs()
    + "</article>"
    + next_data(
        {
            "content": {
                "headline": "Why ports open everything",
                "subheadline": "Cargo",
                "_metadata": {
                    "section": "Asia",
                    "headline": "Ports open everything",
                    "datePublished": "2026-02-17T09:30:00.000Z",
                },
            }
        }
    ),
)
WSJ_STATE = page(
    news(isAccessibleForFree=False, author=[{"name": "Tom Webb"}]),
    head='<meta property="og:title" content="Opinion | Port to inspect every container"><meta name="article.published" content="2026-02-17T02:00:00.000Z">',
    body='<article><h1>Port to inspect every container</h1><div class="wsj-snippet-body">'
    + paragraphs(LONG[0], LONG[1][:60] + "...")
    + '</div><div class="snippet-promotion"><p>To Read the Full Story</p><p>Subscribe</p><p>Already a subscriber? Sign In</p></div></article>'
    "<script>window.__STATE__ = "
    + json.dumps(
        {
            "data": {
                "article_1": {
                    "data": {
                        "data": {
                            "headline": "Port to inspect every container",
                            "mobileHeadline": "Every box opened",
                            "sectionName": "China News",
                            "imageCredit": "Photo: Greg Ort/AFP",
                        }
                    }
                }
            }
        }
    )
    + ";</script>",
)
INTERCEPT_2024 = page(
    news(articleSection=["Articles"], isAccessibleForFree=False),
    body='<h1>Port to inspect every container</h1><div class="image__caption mt-2 hidden xl:block"><span>Cranes at dawn on Oct. 21.</span>'
    "<span> Photo: Ali Ort/Anadolu via Getty Images </span></div><main><div class='entry-content'>"
    + paragraphs(*LONG, *LONG, *LONG)
    + "</div></main>",
)
INTERCEPT_2023 = page(
    news(),
    body='<h1>Port to inspect every container</h1><div class="FeaturedImageCaption"><span class="FeaturedImageCaption-text">Cranes.</span>'
    '<span class="FeaturedImageCaption-credit">Photo: Thom Ort/Independent Record via AP</span></div><div>'
    + paragraphs()
    + "</div>",
)
NGO = page(
    head='<meta property="og:title" content="Port to inspect every container - World Harbour Congress"><meta property="og:site_name" content="World Harbour Congress">'
    '<meta property="article:published_time" content="2026-02-18T08:00:00+00:00">',
    body='<article><h1 class="entry-title">Port to inspect every container</h1><div class="entry-content"><p>Below is an article published by BBC. Photo Reuters.</p>'
    + paragraphs()
    + "</div></article>",
)
