"""The words of days in seven languages: names by CLDR (babel), all others by the tables below.

A line of a table is ``MEANING [value]: words | words …``. A word that ends in ``+`` takes the endings of
a German adjective. The meanings are the terminal symbols of the grammar:

- ``skip``: words that a date may hold anywhere and that change nothing.
- ``part``: 0 beginning, 1 middle, 2 end. ``year-part``: the same of a year, in one word.
- ``unit``, ``units``: one day, week, month, quarter or year, and several. ``recent``: "the past …".
- ``last``, ``next``: in some mouths the one before the last, or after the next, where the nearest lies in
  the same week or year; ``past`` and ``coming`` are always the nearest. ``rel``: a unit with how far away.
- ``bare-last``, ``bare-next``: last year; ``past-the``, ``coming-the``: the past year, which may be twelve
  months or the calendar's.
- ``by``: no later than. ``until``: up to. ``from``: then or later. ``span-from``: the first of two ends.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any, Final

Lexicon = dict[str, list[tuple[tuple[str, ...], str, Any]]]
"""By the first token of the words: all their tokens, the terminal symbol, and its value."""

LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl", "ja")
DAY_FIRST: Final = frozenset({"de", "fr", "es", "it", "nl"})
"""Where 03.04.2025 is in April; in English it may be either, in Japanese nobody writes it."""
SUNDAY_WEEKS: Final = frozenset({"en", "es", "ja"})
"""Where some countries begin the week on Sunday, others on Monday."""

_LOCALES: Final = {"de": ("de", "de_AT"), "es": ("es", "es_MX")}

_TABLES: Final = {
    "en": """
skip: the | of | in | on | at | during | throughout | within | , | sometime | some time
skip: at some point in | at some time in | in the course of | over the course of
part 0: early | beginning of | the beginning of | start of | the start of | the outset of
part 1: mid | middle | the middle of
part 2: late | end | the end of | close
year-part 1: midyear | mid - year
year-part 2: year - end | year end | yearend | year's end
quarter-word: quarter
half-word: half
half-letter: h
quarter-letter: q
unit day: day
unit week: week
unit month: month
unit quarter: quarter
unit year: year
units day: days
units week: weeks
units month: months
units year: years
year-word: year | calendar year
final: last | final
bare-last: last | of last | in last | during last | sometime last | some time last | at some point last
bare-next: next | of next | in next | during next | sometime next | some time next | at some point next
next: next | the next
coming: coming | the coming | upcoming | the upcoming
this: this | current | the current
recent: past | last | the past | the last | in the past | in the last | over the past | over the last
recent: within the past | within the last | during the past | during the last
past-the: past | the past | the last | in the past | in the last | over the past | over the last
past-the: within the past | within the last | during the past | during the last
coming-the: the next | in the next | over the next | within the next | during the next | in the coming
coming-the: coming | the coming | over the coming | within the coming | during the coming | upcoming
coming-the: the upcoming | in the upcoming | sometime in the next | some time in the next
recent-few: recent | past few | last few | past couple of | last couple of | past | last | over recent
recent-few: over the past | over the last | over the past few | over the last few
onward: next | coming | the next | the coming | over the next | over the coming | within the next
onward: in the next | in the coming | next few | next couple of | coming few
ago: ago
from-now: from now
today: today | now
yesterday: yesterday
tomorrow: tomorrow
before-yesterday: the day before yesterday | day before yesterday
after-tomorrow: the day after tomorrow | day after tomorrow
day-time: morning | afternoon | evening | night | midday | noon | in the morning | in the evening
day-time: early morning | late evening
this-day-time: this morning | this afternoon | this evening
weekend: weekend
over: over | over the
ten-years: decade
year-course: in the course of the year | over the course of the year
year-rest: rest of the year | the rest of the year | remainder of the year | the remainder of the year
toward: toward | towards
rel-year 2: the year after next
rel-year -2: the year before last
skip: already | back in
about: in or around | on or about | on or around | in or about
about: about | around | circa | c . | c | ca | ca . | approximately | approx | approx . | roughly | ~
about-after: or so | or thereabouts
perhaps: perhaps | possibly | probably | likely | maybe
by: by | no later than | not later than | by no later than | at the latest by | on or before
by: by the latest
by-after: at the latest
until-after: or earlier | or before
any-time: at any time
until: until | till | up to | up until | through
before: before | prior to | ahead of
not-before: as early as | no earlier than | not earlier than | not before | at the earliest | on or after
not-before-after: at the earliest | or later | or after | onward | onwards | and later
after: after | following
since: since | ever since
from: from | starting | starting in | starting on | starting from | beginning in | beginning on | as from
from: effective
span-from: from | between
and: and
or: or | and / or
to: to | - to - | until | till | through | thru | -
earlier: earlier
later: later
week-of: week of | the week of
week-from: week beginning | week commencing | week starting | the week beginning | the week starting
week-to: week ending | week ended | the week ending | the week ended
calendar-week: calendar week | cw
loose-week: week
decade-end: s | ' s
century: century
years-word: years
north: northern
south: southern
north-after: in the northern hemisphere
south-after: in the southern hemisphere
some-word: some day | some month | some year | some
year-turn: turn of the year | the turn of the year
""",
    "de": """
skip: der | die | das | des | dem | den | im | am | in | zu | zum | zur | vom | von | , | irgendwann
skip: im laufe | im lauf | im verlauf | im verlaufe | während | innerhalb | beim
part 0: anfang | anfangs | beginn | zu beginn | start | frühe+ | zum auftakt
part 1: mitte | mittlere+
part 2: ende | ausgang | späte+ | zum ende | zu ende
year-part 0: jahresanfang | jahresbeginn | jahresstart
year-part 1: jahresmitte
year-part 2: jahresende | jahresschluss
month-part 0: monatsanfang | monatsbeginn
month-part 1: monatsmitte
month-part 2: monatsende
week-part 0: wochenbeginn | wochenanfang
week-part 1: wochenmitte
quarter-part 0: quartalsbeginn
quarter-part 2: quartalsende
quarter-word: quartal | quartals | quartales | vierteljahr | vierteljahres | jahresviertel
half-word: hälfte | jahreshälfte
half-year-word: halbjahr | halbjahres | halbjahrs | jahreshälfte
half-letter: h
quarter-letter: q
unit day: tag | tages
unit week: woche
unit month: monat | monats | monates
unit quarter: quartal | quartals | quartales
unit year: jahr | jahres | jahrs | jahre | kalenderjahr | kalenderjahres
units day: tage | tagen
units week: wochen
units month: monate | monaten
units year: jahre | jahren
year-word: jahr | jahre | jahren | jahres | jahrs | kalenderjahr | kalenderjahres
final: letzt+
final-quarter: schlussquartal | schlussquartals
first-quarter: auftaktquartal | auftaktquartals | startquartal | startquartals
skip: im zeitraum
last: letzt+ | vorig+
past: vergangen+ | zurückliegend+
next: nächst+
coming: kommend+
this: dies+ | laufend+ | aktuell+
recent: vergangen+ | letzt+ | zurückliegend+
recent-few: vergangen+ | letzt+ | vergangen+ paar | letzt+ paar | letzt+ einigen | jüngst+
recent-few: vergangenen wenigen
onward: kommend+ | nächst+ | innerhalb der nächsten | innerhalb der kommenden
onward: nächsten paar | binnen der nächsten
before-ago: vor | vor rund | vor etwa | vor gut | vor knapp | vor ungefähr | vor circa | vor ca .
today: heute | heutig+ tag | heutig+ tages | jetzt
yesterday: gestern | gestrig+ tag
tomorrow: morgen
before-yesterday: vorgestern
after-tomorrow: übermorgen
today-adjective: heutig+
yesterday-adjective: gestrig+
tomorrow-adjective: morgig+
day-time: morgen | vormittag | mittag | nachmittag | abend | früh | morgens | abends
day-time: vormittags | nachmittags | mittags | späten abend | frühen morgen | frühen nachmittag
day-time: späten nachmittag | späten vormittag | frühen abend | in der früh
night-to: in der nacht auf | in der nacht zu | in der nacht zum | nacht zum | nacht auf
weekend: wochenende
over: übers | über | über das
ten-years: jahrzehnt | jahrzehnts | jahrzehntes | dekade
year-course: im laufe des jahres | im verlauf des jahres | im jahresverlauf
year-rest: im weiteren jahresverlauf | im weiteren verlauf des jahres | im restlichen jahr | rest des jahres
toward: gegen
about: etwa | rund | ungefähr | circa | zirka | ca | ca . | um | in etwa | ~ | um den | rund um
about: so um | grob
about-after: herum | oder so
perhaps: vielleicht | möglicherweise | vermutlich | wahrscheinlich | voraussichtlich | wohl
by: bis | bis zu | bis zum | bis zur | bis spätestens | spätestens | spätestens bis | spätestens im
by: spätestens am | bis spätestens zum | spätestens zum | bis längstens | längstens bis
by: nicht später als | bis inklusive | bis einschließlich | bis hin zu | spätestens bis zum
by-after: spätestens
until-after: oder früher
before: vor | noch vor
not-before: frühestens | nicht vor | nicht früher als | frühestens ab | ab frühestens | frühestens im
not-before-after: oder später | frühestens | und später
after: nach
since: seit | bereits seit | schon seit
from: ab | ab dem | beginnend ab | beginnend mit
span-from: von | vom | zwischen | zwischen dem | zwischen der
and: und | und dem
or: oder | oder dem | und / oder | beziehungsweise | bzw .
to: bis | bis zum | bis zur | - bis - | -
earlier: früher
later: später | noch
calendar-week: kalenderwoche | kw
week-from: woche vom | woche ab | woche ab dem
week-to: woche bis | woche bis zum
decade-end: er | er jahre | er jahren | er - jahre | er - jahren
century: jahrhundert | jahrhunderts
south-after: auf der südhalbkugel | auf der südlichen halbkugel
north-after: auf der nordhalbkugel | auf der nördlichen halbkugel
south: südlich+
north: nördlich+
years-word: jahre | jahren
rel-year 0: heuer
rel-year 2: übernächst+ jahr | übernächst+ jahres
rel-year -2: vorletzt+ jahr | vorletzt+ jahres
skip: bereits | schon | in der zeit
year-turn: jahreswechsel | jahreswende
""",
    "fr": """
skip: le | la | les | l ' | du | de | des | de l ' | d ' | en | au | aux | à | dans | ,
skip: courant | au cours de
skip: pendant | durant | au cours du | au cours de l ' | dans le courant de
part 0: début | commencement | au début de
part 1: mi | milieu | au milieu de
part 2: fin | la fin de
quarter-word: trimestre
half-word: moitié
half-year-word: semestre
half-letter: s
quarter-letter: t | q
unit day: jour
unit week: semaine
unit month: mois
unit quarter: trimestre
unit year: année | an
units day: jours
units week: semaines
units month: mois
units year: ans | années
year-word: année | an
last: dernier | dernière | passé | passée
next: prochain | prochaine
this: ce | cet | cette | en cours
recent: ces | les | dernières | ces dernières | les dernières | ces derniers | les derniers
before-ago: il y a
today: aujourd ' hui | maintenant
yesterday: hier
tomorrow: demain
before-yesterday: avant - hier | avant hier
after-tomorrow: après - demain | après demain
day-time: matin | soir | après - midi | après midi | au matin | au soir | au soir
weekend: week - end | weekend
toward: vers
about: environ | autour de | autour du | aux alentours de | ca | ~
perhaps: peut - être | probablement | sans doute
by: d ' ici | d ' ici à | d ' ici au | d ' ici la | au plus tard | au plus tard le | au plus tard en
by: d ' ici à la
by-after: au plus tard
until: jusqu ' à | jusqu ' au | jusqu ' en | jusqu ' à la
before: avant | avant le | avant la
not-before: au plus tôt | pas avant | au plus tôt en
not-before-after: au plus tôt | ou plus tard
after: après | après le
since: depuis | depuis le
from: à partir de | à partir du | à compter du | à compter de | dès
span-from: de | du | entre | entre le
and: et | et le
or: ou | ou le
to: à | au | -
century: siècle
south-after: dans l ' hémisphère sud
north-after: dans l ' hémisphère nord
south: austral
decade-start: les années
""",
    "es": """
skip: el | la | los | las | de | del | en | a | al | , | durante | a lo largo de | en el transcurso de
skip: a lo largo del
part 0: principio | principios | a principios de | comienzos | a comienzos de | inicios | inicio
part 1: mediados | a mediados de | medio
part 2: fin | fines | final | finales | a finales de | a fines de
quarter-word: trimestre
half-word: mitad
half-year-word: semestre
half-letter: s
quarter-letter: t | q
unit day: día
unit week: semana
unit month: mes
unit quarter: trimestre
unit year: año
units day: días
units week: semanas
units month: meses
units year: años
year-word: año
last: pasado | pasada | último | última
next: próximo | próxima | que viene
this: este | esta | en curso
recent: las últimas | los últimos | últimas | últimos
before-ago: hace
today: hoy | ahora
yesterday: ayer
tomorrow: mañana
before-yesterday: anteayer
after-tomorrow: pasado mañana
day-time: por la mañana | por la tarde | por la noche
weekend: fin de semana
toward: hacia
about: alrededor de | alrededor del | aproximadamente | cerca de | ca | ~ | en torno a
perhaps: quizá | quizás | posiblemente | probablemente
by: a más tardar | a más tardar el | a más tardar en | no más tarde de | no más tarde del
by-after: a más tardar | como muy tarde
until: hasta | hasta el
before: antes de | antes del
not-before: no antes de | no antes del | como muy pronto
not-before-after: o después | o más tarde | como muy pronto
after: después de | después del | tras
since: desde | desde el
from: a partir de | a partir del
span-from: de | del | entre | entre el | desde
and: y | y el | e
or: o | o el | u
to: a | al | hasta | hasta el | -
century: siglo
decade-start: los años
south-after: en el hemisferio sur
north-after: en el hemisferio norte
south: austral
""",
    "it": """
skip: il | lo | la | i | gli | le | l ' | di | del | della | dell ' | dello | dei | in | nel | nella
skip: nell ' | nei
skip: a | al | alla | , | d ' | durante | nel corso del | nel corso di | nel corso dell '
part 0: inizio | inizi | principio | all ' inizio di | all ' inizio del | primi di
part 1: metà
part 2: fine | alla fine di | alla fine del
first-day: primo
quarter-word: trimestre
half-word: metà
half-year-word: semestre
half-letter: s
quarter-letter: t | q
unit day: giorno
unit week: settimana
unit month: mese
unit quarter: trimestre
unit year: anno
units day: giorni
units week: settimane
units month: mesi
units year: anni
year-word: anno
last: scorso | scorsa | passato | passata
next: prossimo | prossima
this: questo | questa | quest ' | in corso
recent: le ultime | ultime | gli ultimi | ultimi | nelle ultime | negli ultimi
ago: fa | or sono
today: oggi | adesso
yesterday: ieri
tomorrow: domani
before-yesterday: l ' altro ieri | altroieri
after-tomorrow: dopodomani
day-time: mattina | sera | pomeriggio
weekend: fine settimana
toward: verso
about: circa | intorno a | intorno al | attorno a | attorno al | ca | ~
perhaps: forse | probabilmente
by: entro | entro il | entro la | entro l ' | al più tardi | non oltre
by-after: al più tardi
until: fino a | fino al | sino a | sino al
before: prima di | prima del
not-before: non prima di | non prima del | al più presto
not-before-after: o più tardi | al più presto
after: dopo | dopo il
from: dal | dalla | dall ' | a partire da | a partire dal | da
span-from: da | dal | tra | tra il | fra | fra il
and: e | e il
or: o | o il
to: a | al | -
century: secolo
decade-start: gli anni
south-after: nell ' emisfero sud | nell ' emisfero australe
north-after: nell ' emisfero nord
south: australe
""",
    "nl": """
skip: de | het | van | in | op | , | tijdens | gedurende | in de loop van | ergens in | te
part 0: begin | aanvang | start | vroeg
part 1: midden | medio | half | halverwege
part 2: eind | einde | laat
year-part 0: jaarbegin
year-part 2: jaareinde
month-part 2: maandeinde
quarter-word: kwartaal
half-word: helft | jaarhelft
half-year-word: halfjaar | half jaar
half-letter: h
quarter-letter: q | k
unit day: dag
unit week: week
unit month: maand
unit quarter: kwartaal
unit year: jaar
units day: dagen
units week: weken
units month: maanden
units year: jaren | jaar
year-word: jaar
last: vorig | vorige | laatste
past: afgelopen
next: volgend | volgende
coming: komend | komende
coming-the: komend | komende | het komende | in het komende | de komende | in de komende | het komend
this: dit | deze | lopende
recent: afgelopen | de afgelopen | de laatste
recent-few: afgelopen | de afgelopen | de laatste
onward: komende | de komende
ago: geleden
today: vandaag | nu
yesterday: gisteren
tomorrow: morgen
before-yesterday: eergisteren
after-tomorrow: overmorgen
day-time: ochtend | avond | middag | nacht
weekend: weekend
toward: tegen
about: omstreeks | rond | ongeveer | circa | ca | ca . | ~
perhaps: misschien | mogelijk | waarschijnlijk | vermoedelijk
by: uiterlijk | uiterlijk op | uiterlijk in | niet later dan | ten laatste
until-after: of eerder
until: tot | tot en met | t / m
before: vóór | voor
not-before: niet voor | niet vóór | op zijn vroegst | ten vroegste
not-before-after: of later
after: na
since: sinds
from: vanaf | met ingang van
span-from: van | tussen
and: en
or: of
to: tot | tot en met | t / m | -
century: eeuw
decade-start: de jaren
calendar-week: week
south-after: op het zuidelijk halfrond
north-after: op het noordelijk halfrond
""",
    "ja": """
skip: の | に | は | 、 | , | 中 | を
part-after 0: 初め | 始め | はじめ | 初頭 | 初旬 | 上旬
part-after 1: 半ば | なかば | 中頃 | 中旬
part-after 2: 末 | 終わり | 終盤 | 下旬
ten-days 0: 上旬 | 初旬
ten-days 1: 中旬
ten-days 2: 下旬
half-after 1: 前半
half-after 2: 後半
quarter-mark: 第
quarter-word: 四半期
year-mark: 年
day-mark: 日
unit day: 日
unit week: 週間
unit month: か月 | ヶ月 | カ月 | ヵ月 | ケ月
unit year: 年
units day: 日 | 日間
units week: 週間
units month: か月 | ヶ月 | カ月 | ヵ月 | ケ月
units year: 年
ago: 前
today: 今日 | 本日
yesterday: 昨日
tomorrow: 明日
before-yesterday: 一昨日
after-tomorrow: 明後日
rel-year 0: 今年 | 本年
rel-year -1: 昨年 | 去年
rel-year 1: 来年
rel-year -2: 一昨年
rel-month 0: 今月
rel-month -1: 先月
rel-month 1: 来月
rel-week 0: 今週
rel-week -1: 先週
rel-week 1: 来週
about: 約
about-after: 頃 | ごろ
until-after: まで | までに
before-after: より前
not-before-after: 以降
since-after: から
to: から | - | ~
to-after: まで
or: または | か
and: と
era 2018: 令和
era 1988: 平成
era 1925: 昭和
first-year: 元
south-after: 南半球
century: 世紀
decade-end: 年代
""",
}

_SEASONS: Final = {
    "en": ("spring", "summer", "autumn | fall", "winter"),
    "de": (
        "frühling | frühjahr | frühlings | frühjahrs | frühjahres",
        "sommer | sommers",
        "herbst | herbstes | herbsts",
        "winter | winters",
    ),
    "fr": ("printemps", "été", "automne", "hiver"),
    "es": ("primavera", "verano", "otoño", "invierno"),
    "it": ("primavera", "estate", "autunno", "inverno"),
    "nl": ("voorjaar | lente", "zomer", "herfst | najaar", "winter"),
    "ja": ("春", "夏", "秋", "冬"),
}
_ORDINALS: Final = {
    "en": "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth",
    "de": "erst+ zweit+ dritt+ viert+ fünft+ sechst+ siebt+ acht+ neunt+ zehnt+ elft+ zwölft+",
    "fr": "premier/première deuxième/second/seconde troisième quatrième",
    "es": "primer/primero/primera segundo/segunda tercer/tercero/tercera cuarto/cuarta",
    "it": "primo/prima secondo/seconda terzo/terza quarto/quarta",
    "nl": "eerste tweede derde vierde",
    "ja": "",
}
_ORDINAL_SIGNS: Final = {
    "en": "st nd rd th", "de": ".", "fr": "er e ère ème", "es": "o a .º º ª er .er .o .a",
    "it": "o a º ª", "nl": "e de ste", "ja": "",
}  # fmt: skip
_CARDINALS: Final = {
    "en": "one/a/an two three four five six seven eight nine ten eleven twelve",
    "de": "ein/eine/einem/einer/einen zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "fr": "un/une deux trois quatre cinq six sept huit neuf dix onze douze",
    "es": "un/una/uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "it": "un/una/uno/un' due tre quattro cinque sei sette otto nove dieci undici dodici",
    "nl": "een/één twee drie vier vijf zes zeven acht negen tien elf twaalf",
    "ja": "",
}
_ROMAN: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_DECADES: Final = {
    "en": "fifties sixties seventies eighties nineties",
    "de": "fünfziger sechziger siebziger achtziger neunziger",
}
_FURTHER: Final = {  # spellings that CLDR does not have
    ("en", "month"): {9: "sept"},
    ("de", "month"): {1: "jänner | jaenner | jän", 2: "feber", 3: "mrz | maerz", 9: "sept"},
    ("de", "weekday"): {6: "sonnabend"},
    ("en", "weekday"): {2: "tues", 3: "weds", 4: "thurs"},
    ("es", "month"): {9: "sept | setiembre"},
    ("it", "month"): {9: "sett"},
}
_FISCAL: Final = re.compile(
    r"\b(fiscal|fy ?\d*|financial year|geschäfts(jahr|quartal|halbjahr)\w*|wirtschaftsjahr\w*|bilanzjahr\w*"
    r"|rumpfgeschäftsjahr\w*|exercice|ejercicio|esercizio|boekjaar)\b|年度|fy\d"
)


def is_fiscal(text: str) -> bool:
    """Whether folded words speak of a fiscal year, whose bounds a phrase cannot say."""
    return _FISCAL.search(text) is not None


@lru_cache(maxsize=len(LANGUAGES))
def vocabulary_of(language: str) -> frozenset[str]:
    """Every token of the words of a language."""
    entries = (entry for known in lexicon_of(language).values() for entry in known)
    return frozenset(token for words, _, _ in entries for token in words)


def fold(text: str) -> str:
    """The text as it is compared: NFKC, without case, one kind of dash, apostrophe and space."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = re.sub("[‐‑‒–—―−〜]", "-", unicodedata.normalize("NFC", folded))
    return " ".join(re.sub("[’‘ʼ´`]", "'", folded).split())


_tokens = re.compile(
    r"[0-9]+|[\u3041-\u30ff\u3400-\u9fff々ヶ]|[^\W\d_\u3041-\u30ff\u3400-\u9fff々ヶ]+|\S"
).finditer


def tokens_of(folded: str) -> list[re.Match[str]]:
    """Numbers, words, single characters of Japanese, and signs, with where each stands."""
    return list(_tokens(folded))


@lru_cache(maxsize=len(LANGUAGES))
def lexicon_of(language: str) -> Lexicon:
    """All words of a language; made when it is first asked for, in about 10 ms."""
    lexicon: Lexicon = {}

    def add(words: str, symbol: str, value: Any = None) -> None:
        for each in (written.strip() for written in words.split("|")):
            spellings = {fold(each)}
            if each.isalpha() and language != "ja":
                spellings |= {_without_accents(each), _with_digraphs(each)}
            for spelling in spellings:
                tokens = tuple(match[0] for match in tokens_of(spelling))
                entry = (tokens, symbol, value)
                known = lexicon.setdefault(tokens[0], [])
                if entry not in known:
                    known.append(entry)

    _add_names(language, add)
    for line in _TABLES[language].strip().splitlines():
        head, _, words = line.partition(": ")
        symbol, _, value = head.partition(" ")
        of: Any = int(value) if value.lstrip("-").isdigit() else value or None
        for each in words.split(" | "):
            for form in _inflected(each):
                add(form, symbol, of)
    for name, table in (("ordinal", _ORDINALS), ("cardinal", _CARDINALS)):
        for number, written in enumerate(table[language].split(), 1):
            for each in written.split("/"):
                for form in _inflected(each):
                    add(form, name, number)
    for sign in _ORDINAL_SIGNS[language].split():
        add(sign, "ordinal-sign")
    for roman, number in _ROMAN.items():
        add(roman, "roman", number)
    for index, written in enumerate(_DECADES.get(language, "").split()):
        add(written, "decade-word", 195 + index)
        if language == "de":
            add(f"{written}jahre | {written}jahren", "decade-word", 195 + index)
    return lexicon


def _add_names(language: str, add: Any) -> None:
    from babel import Locale  # its tables are read from disk: only when words are read

    months: dict[int, set[str]] = {}
    for name in _LOCALES.get(language, (language,)):
        locale = Locale.parse(name)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, written in locale.months[context][width].items():
                    months.setdefault(number, set()).add(written.rstrip("."))
                    add(written.rstrip("."), "month", number)
            for width in ("wide",) if language == "ja" else ("wide", "abbreviated", "short"):
                for day, written in locale.days[context].get(width, {}).items():
                    # abbreviations are other words too often ("so", "mar"): beside a day only
                    add(written.rstrip("."), "weekday", (day, width == "wide"))
    for (of, symbol), further in _FURTHER.items():
        if of == language:
            for number, written in further.items():
                add(written, symbol, number if symbol == "month" else (number - 1, True))
    for number, written in enumerate(_SEASONS[language]):
        add(written, "season", number)
    if language == "de":
        _add_compounds(locale, months, add)
    if language == "ja":
        for day, sign in enumerate("月火水木金土日"):
            add(f"({sign})", "weekday", (day, False))


def _add_compounds(locale: Any, months: dict[int, set[str]], add: Any) -> None:
    """German words of two: Donnerstagabend, Märzhälfte, Septembermitte."""
    for day, name in locale.days["format"]["wide"].items():
        for time in ("morgen", "früh", "vormittag", "mittag", "nachmittag", "abend"):
            add(name + time, "weekday", (day, True))
        add(name + "s", "weekday", (day, True))
    for number, seasons in enumerate(_SEASONS["de"]):
        for name in seasons.split(" | "):
            for when in ("früh", "hoch", "spät"):  # nothing says where its parts end
                add(when + name, "season", number)
    for number, names in months.items():
        for name in names:
            if len(name) > 3 or name == "Mai":
                add(name + "s", "month", number)
                add(name + "hälfte", "month-half", number)
                for part, word in enumerate(("anfang", "mitte", "ende")):
                    add(name + word, "month-end", (number, part))


def _inflected(word: str) -> list[str]:
    stem, plus, rest = word.partition("+")
    if not plus:
        return [word]
    stem = stem.removesuffix("e")
    return [f"{stem}{ending}{rest}" for ending in ("e", "en", "er", "es", "em")]


def _without_accents(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", fold(word))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _with_digraphs(word: str) -> str:
    return fold(word).translate({0xE4: "ae", 0xF6: "oe", 0xFC: "ue"})
