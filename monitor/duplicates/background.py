"""How telling a word is: general English by default, learnt from one's own archive where there is one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from monitor.duplicates.words import is_number

EVERYWHERE = frozenset(
    """a an the and or but nor so yet of to in on at by for from with without into onto over under about above below
    after before between among against during through across around near off out up down as than then if when while
    where who whom whose which what that this these those there here is am are was were be been being has have had
    having do does did done will would shall should can could may might must not no it its he him his she her hers
    they them their we us our you your i me my s t said say says saying also just only very more most much many some
    any all each every both either neither other another such own same too again once ever never still already
    because since until though although however whether how why per via vs mr mrs ms dr one new year week month
    day time last next early late monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow
    tonight morning afternoon evening night now ago people""".split()  # noqa: SIM905
)
COMMON = frozenset(
    """accord according accuse accused act action add added address agree agreed agreement aim allow allowed almost along
    amid amount announce announced announcement annual answer appeal appear area army arrest arrested article ask asked
    attack attempt average away back bad ban bank base based battle became become began begin behind believe best better
    bid big bill billion board body boost bring brought budget build building business buy call called came campaign case
    cause caused cent central chairman chance change charge chief child children city civil claim claimed clash close
    come company concern condition conference continue control cost country court create crisis cross current cut data
    date dead deal dealer death debate decide decision decline deficit demand deny denied department despite detail
    development die died different director discuss dispute dollar dividend drive drop due earlier earn economic economy
    effort election emergency employee end energy enough estimate europe european even event evidence exchange executive
    expect expected export face fact factory fail failed fall fear federal feel fell few fight figure file filed final
    finance financial find fire firm five follow following force foreign form former forward found free full fund
    future gain game gave general get give given global go goal good government great gross ground group grow growth
    half hand happen hard head health hear help high higher hit hold home hope hospital host hour house human hundred
    hurt idea import important improve include including income increase independent industry information inflation
    injured injury inside insist interest international investigation investment investor issue job join joint judge
    keep key kill killed know known large later launch launched law lawyer lead leader leading least leave led left legal
    less let level life like likely line link list little live loan local long look lose loss lost low lower made main
    major make man manager mark market match matter mean measure media meet meeting member men message military million
    minister money move national nearly need negotiation net network news night north note number off offer offered
    office officer official oil old open operation opposition order organisation organization output outside owner pact
    paid part party past pay payment peace percent period person place plan planned play player point police policy
    political poor position possible power present president press pressure previous price prime prior private problem
    process produce product production profit program programme project proposal propose prosecutor protect protest
    provide public put quarter question quickly rain raise raised range rate rather reach reached read ready real reason
    recent record reduce region release released remain report reported reporter require research reserve resign resource
    respond response rest result return revenue right rise risk role rose rule run safe sale saw scheduled school score
    season second secretary sector secure security see seek seen sell send senior series serious service set share
    shareholder short show side sign signed significant situation small social soldier source south speak special spokesman
    spokeswoman stage stand start state statement station stay step stock stop story street strike strong study suffer
    suggest summit supply support survey system table take taken talk target tax team tell term test thing think third
    thousand threat threaten three tie today together told took top total trade trader trading travel treatment trial try
    turn two union unit unveil update use used value victim victory vote wait wake want war warn warned warning water
    way weather well went west win winner woman women won work worker world worth wrong young yen ct shr rev qtr mth
    qtly quarterly payout declare sets set adjust raises stocks pay record avg shrs revs mths nine six seven eight ten assets deposits loans inc corp co ltd plc llc america
    coronavirus covid virus pandemic outbreak epidemic quarantine lockdown lockdowns reopen reopens reopening vaccine vaccines
    vaccination vaccinated infection infections protester protesters protests demonstrator demonstrators riot riots racism
    racist online virtual video videos photo photos live coverage update updates tweet tweets patient patients doctor
    doctors nurse nurses worker workers fan fans player players restriction restrictions cancelled canceled
    american british britain china chinese uk eu french german japan japanese russia russian""".split()  # noqa: SIM905
)
_USUAL = EVERYWHERE | COMMON
W_EVERYWHERE, W_COMMON, W_NUMBER, W_RARE = 0.4, 1.6, 2.4, 4.0
ENOUGH = 1000  # stories before a learnt frequency is believed
BOILERPLATE_TITLES = 3


@dataclass(frozen=True, slots=True)
class Background:
    """What is usual: word frequencies, shingles that belong to no story, headlines that recur.

    `boilerplate` holds shingle hashes seen under 3 or more different headlines of one outlet;
    `recurring` holds (outlet, title key) of headlines that stood over different texts.
    """

    documents: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    boilerplate: frozenset[int] = frozenset()
    recurring: frozenset[tuple[str, str]] = frozenset()

    def idf(self, word: str) -> float:
        """Give the weight of a word, about the logarithm of how rare it is."""
        if self.documents >= ENOUGH:
            return max(W_EVERYWHERE, math.log((self.documents + 1) / (self.counts.get(word, 0) + 0.5)))
        if is_number(word):
            return W_NUMBER
        if word in EVERYWHERE:
            return W_EVERYWHERE
        return W_COMMON if word in COMMON else W_RARE

    def rare(self, word: str) -> bool:
        """Whether a word is telling: a name, or a term of its subject."""
        return not is_number(word) and self.idf(word) >= W_RARE

    def telling(self, text: Iterable[str]) -> set[str]:
        """Give the words of a text that are telling."""
        if self.documents >= ENOUGH:
            return {w for w in set(text) if self.rare(w)}
        return {w for w in set(text) - _USUAL if not is_number(w)}


DEFAULT = Background()
