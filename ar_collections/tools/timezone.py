"""The timezone of an address: of its country, or of its state where that has several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Where the capital of a country with several timezones stands. The timezone list of the
#: IANA database does not say it.
CAPITALS = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PG": "Pacific/Port_Moresby",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
    "VN": "Asia/Ho_Chi_Minh",
}
#: timezone -> states that lie in it as a whole, or nearly so.
_STATES = {
    "US": {
        "America/New_York": "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
        "America/Chicago": "AL AR IA IL LA MN MO MS OK WI",
        "America/Denver": "CO MT NM UT WY",
        "America/Phoenix": "AZ",
        "America/Los_Angeles": "CA NV WA",
        "Pacific/Honolulu": "HI",
    },
    "CA": {
        "America/Toronto": "QC",
        "America/Halifax": "NB NS PE",
        "America/Winnipeg": "MB",
        "America/Regina": "SK",
        "America/Edmonton": "AB",
        "America/Whitehorse": "YT",
    },
    "AU": {
        "Australia/Sydney": "NSW ACT",
        "Australia/Melbourne": "VIC",
        "Australia/Hobart": "TAS",
        "Australia/Brisbane": "QLD",
        "Australia/Adelaide": "SA",
        "Australia/Darwin": "NT",
        "Australia/Perth": "WA",
    },
    "BR": {
        "America/Sao_Paulo": "DF ES GO MG PR RJ RS SC SP",
        "America/Bahia": "BA",
        "America/Fortaleza": "CE MA PB PI RN",
        "America/Recife": "PE",
        "America/Maceio": "AL SE",
        "America/Belem": "PA AP",
        "America/Araguaina": "TO",
        "America/Campo_Grande": "MS",
        "America/Cuiaba": "MT",
        "America/Porto_Velho": "RO",
        "America/Boa_Vista": "RR",
        "America/Rio_Branco": "AC",
    },
}
#: States that a border of timezones cuts: the zone of most of their people, a guess.
_CUT = {
    "US": {
        "America/New_York": "FL IN KY MI",
        "America/Chicago": "KS ND NE SD TN TX",
        "America/Denver": "ID",
        "America/Los_Angeles": "OR",
        "America/Anchorage": "AK",
    },
    "CA": {
        "America/Toronto": "ON NU",
        "America/Vancouver": "BC",
        "America/St_Johns": "NL",
        "America/Edmonton": "NT",
    },
    "BR": {"America/Manaus": "AM"},
}


@dataclass(frozen=True)
class Zone:
    """``guessed``: the country has others, and nothing says which of them it is."""

    name: str
    guessed: bool = False


def _of_state(table: dict[str, dict[str, str]], country: str, state: str) -> str | None:
    zones = table.get(country, {})
    return next((zone for zone, states in zones.items() if state in states.split()), None)


def zone_of(
    country: str | None,
    state: str | None,
    zones: Sequence[str],
    *,
    differ: bool = True,
    chosen: str | None = None,
    contact: str | None = None,
    home: str = "UTC",
) -> Zone:
    """The timezone of an address.

    :param country: its code. :param state: code of its state. :param zones: timezones of
        the country. :param differ: whether their clocks differ.
    :param chosen: set by hand. :param contact: noted on the contact: counts where it lies in
        the country, for Odoo fills it with that of whoever creates a contact.
    :param home: that of the company, for an address without country.

    >>> zone_of("BE", None, ["Europe/Brussels"])
    Zone(name='Europe/Brussels', guessed=False)
    >>> zone_of("US", "OH", ["America/New_York", "America/Chicago"], contact="America/Chicago")
    Zone(name='America/New_York', guessed=False)
    >>> zone_of("US", "TX", ["America/New_York", "America/Chicago"])
    Zone(name='America/Chicago', guessed=True)
    >>> zone_of("BR", None, ["America/Noronha", "America/Sao_Paulo"])
    Zone(name='America/Sao_Paulo', guessed=True)
    >>> zone_of("US", None, ["America/New_York"], contact="Europe/Brussels")
    Zone(name='America/New_York', guessed=False)
    >>> zone_of(None, None, [], contact="Asia/Tokyo"), zone_of(None, None, [])
    (Zone(name='Asia/Tokyo', guessed=False), Zone(name='UTC', guessed=True))
    """
    if chosen:
        return Zone(chosen)
    if not country or not zones:
        return Zone(contact) if contact else Zone(home, guessed=True)
    if state and (name := _of_state(_STATES, country, state)):
        return Zone(name)
    if contact in zones:
        return Zone(contact)
    if state and (name := _of_state(_CUT, country, state)):
        return Zone(name, guessed=True)
    return Zone(CAPITALS.get(country, zones[0]), guessed=differ and len(zones) > 1)
