"""Who may ask: by which names the server is called, from which pages, and with which token."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import secrets
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from snntrainer3d.apart import TOKEN_VARIABLE
from snntrainer3d.errors import AccessError, InputError, TokenError

SHORTEST_TOKEN = 16
_TOKEN_BYTES = 32
_SEPARATOR = "."
_MARK = 64
_MOST_SESSIONS = 1000
LOOPBACK_NAMES = frozenset({"localhost"})
_FROM_ELSEWHERE = {"cross-site", "same-site"}
"""What a browser says of a request that another page made; another port of this machine is of the same site."""


@dataclass(frozen=True)
class Access:
    """What a server asks of those who call it."""

    token: str | None = None
    names: frozenset[str] = LOOPBACK_NAMES
    """Names, beside addresses, that a request may call the server by; any other is one that was bent to us."""
    addresses: bool = False
    """Whether every address may be called, not only loopback: a name can be bent, an address cannot."""

    sessions: dict[str, None] = field(default_factory=dict)
    """Marks of the browsers that were let in, the oldest first: theirs is no guess."""

    def __repr__(self) -> str:
        return f"Access(token={'…' if self.token else None}, names={sorted(self.names)}, addresses={self.addresses})"

    def check_host(self, headers: Mapping[str, str]) -> None:
        """Refuse a request for a name that is not ours, as DNS rebinding makes it; raises AccessError."""
        host = _host_of(f"//{headers.get('host', '')}")
        if not self._is_ours(host):
            raise AccessError(
                f"{host[:100]!r} is no name of this server.",
                path="Host",
                hint="Open the address that the server printed, or start it with --allow-host NAME.",
            )

    def check_origin(self, headers: Mapping[str, str], path: str) -> None:
        """Refuse what a page of another site asks for; raises AccessError. Programs say no origin and may ask."""
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
            raise AccessError(f"The page {origin[:100]!r} may not ask this server.", path="Origin")
        if path.startswith("/api") and headers.get("sec-fetch-site") in _FROM_ELSEWHERE:
            raise AccessError("A page of another site may not ask this server.", path="Sec-Fetch-Site")

    def check_token(self, headers: Mapping[str, str], port: int) -> None:
        """Refuse what brings neither the token nor the cookie that was given for it; raises TokenError."""
        if self.token is None:
            return
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            if self.fits(bearer.strip()):
                return
        elif self._is_cookie(_cookie(headers.get("cookie", ""), cookie_name(port))):
            return
        raise TokenError(
            "This server asks for its token.",
            hint="Open the address with ?token=… that it printed when it started; programs send it as "
            "`Authorization: Bearer TOKEN`.",
        )

    def is_guess(self, headers: Mapping[str, str], port: int) -> bool:
        """Tell whether a token or a cookie is given that this server did not hand out since it began."""
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        cookie = _cookie(headers.get("cookie", ""), cookie_name(port))
        session = cookie.rpartition(_SEPARATOR)[2]
        return bool(scheme.lower() == "bearer" and bearer.strip()) or bool(cookie and session not in self.sessions)

    def fits(self, token: str) -> bool:
        """Tell whether a token is the right one, in a time that tells nothing of it."""
        return self.token is not None and _same(token, self.token)

    def new_cookie(self) -> str:
        """Give what a browser keeps in place of the token, which cannot be told from it; with a mark of its own."""
        session = secrets.token_urlsafe(_TOKEN_BYTES)
        self._remember(session)
        return f"{self._proof()}{_SEPARATOR}{session}"

    def _is_cookie(self, cookie: str) -> bool:
        """Tell whether this server gave a cookie, or one with the same token before it did, whose mark it learns."""
        proof, _, session = cookie.partition(_SEPARATOR)
        if not _same(proof, self._proof()):
            return False
        if session and session not in self.sessions:
            self._remember(session)
        return True

    def _remember(self, session: str) -> None:
        self.sessions[session[:_MARK]] = None
        while len(self.sessions) > _MOST_SESSIONS:
            self.sessions.pop(next(iter(self.sessions)))

    def _proof(self) -> str:
        assert self.token is not None
        return hmac.new(self.token.encode(), b"snntrainer3d cookie", hashlib.sha256).hexdigest()

    def _is_ours(self, host: str) -> bool:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return host in self.names
        return self.addresses or address.is_loopback


def access_for(host: str, *, ask_token: bool = False, names: Collection[str] = ()) -> Access:
    """Give what a server on this address asks: a token wherever others may reach it, or where it is wished for.

    The token is $SNNTRAINER3D_TOKEN, else a fresh one.

    Raises:
        InputError: the token that is set is too short to be safe.
    """
    given = os.environ.get(TOKEN_VARIABLE, "")
    if given and len(given) < SHORTEST_TOKEN:
        raise InputError(
            f"{TOKEN_VARIABLE} has {len(given)} characters, at least {SHORTEST_TOKEN} are needed.",
            hint="Unset it: then a token is made at every start.",
        )
    loopback = is_loopback(host)
    token = given or secrets.token_urlsafe(_TOKEN_BYTES) if ask_token or given or not loopback else None
    ours = {name.lower() for name in names} | LOOPBACK_NAMES
    if not loopback:
        ours |= {host.lower(), socket.gethostname().lower(), socket.getfqdn().lower()}
    return Access(token, frozenset(ours), addresses=not loopback)


def cookie_name(port: int) -> str:
    """Give a cookie's name for each port: browsers give cookies to every port of a host."""
    return f"snntrainer3d-{port}"


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _cookie(header: str, name: str) -> str:
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""
