"""Which addresses and URLs the guard lets through."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.crawl.guard import allowed, check_url, network_of, public
from monitor.crawl.tasks import Network
from monitor.errors import ForbiddenAddress

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.88.99.255",
    "192.168.0.1",
    "192.168.255.255",
    "192.175.48.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "64:ff9b:1::808:808",
    "100::1",
    "100:0:0:1::1",
    "2001::1",
    "2001:0:7f00:1:0:0:80ff:fffe",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2002:a9fe:a9fe::",
    "2002:c0a8:1::1",
    "2620:4f:8000::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00::1",
    "fd12:3456:789a::1",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "fec0::1",
    "feff::1",
    "ff00::1",
    "ff02::1",
    "ff05::2",
    "ff0e::1",
    "2606:4700::1%1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "151.101.0.81",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.1",
    "192.88.98.255",
    "192.88.100.0",
    "168.63.129.15",
    "168.63.129.17",
    "223.255.255.255",
    "9.255.255.255",
    "11.0.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "198.17.255.255",
    "198.20.0.0",
    "2606:4700:4700::1111",
    "2a04:4e42::81",
    "2001:4860:4860::8888",
    "2400:cb00::1",
    "2001:200::1",
    "64:ff9b::808:808",
    "::ffff:8.8.8.8",
    "2002:808:808::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_that_a_public_server_cannot_have(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize(
    "text", ["", "localhost", "0x7f000001", "127.1", "2130706433", "1.1.1.1/8", "[::1]", " 1.1.1.1"]
)
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not public(text)


@given(st.integers(0, 2**32 - 1))
def test_a_private_address_stays_private_however_it_is_wrapped(number: int) -> None:
    plain = str(ipaddress.IPv4Address(number))
    for wrapped in ((0xFFFF << 32) | number, (0x64FF9B << 96) | number, (0x2002 << 112) | (number << 80)):
        assert public(str(ipaddress.IPv6Address(wrapped))) == public(plain)


@given(st.integers(0, 2**32 - 1))
def test_nothing_passes_that_python_calls_private(number: int) -> None:
    ip = ipaddress.IPv4Address(number)
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        assert not public(str(ip))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://127.0.0.1./",
        "https://user@bbc.co.uk/",
        "https://bbc.co.uk@evil.example/",
        "http://1.1.1.1\\@127.0.0.1/",
        "http://bbc.co.uk:8080/",
        "http://bbc.co.uk:22/",
        "http://bbc.co.uk:99999/",
        "http://bbc.co.uk/a b",
        "http://bbc.co.uk/\r\nHost: evil",
        "ftp://bbc.co.uk/",
        "file:///etc/passwd",
        "data:text/xml,<rss/>",
        "//bbc.co.uk/",
        "http:///feed",
        "http://[/",
        "",
    ],
)
def test_urls_that_are_refused(url: str) -> None:
    with pytest.raises(ForbiddenAddress, match="not fetched"):
        check_url(url, source_url="https://bbc.co.uk/feed")


@pytest.mark.parametrize(
    "url",
    [
        "http://bbc.co.uk/",
        "https://bbc.co.uk:443/x",
        "http://bbc.co.uk:80/",
        "https://8.8.8.8/",
        "http://localhost/",
    ],
)
def test_urls_left_to_the_resolver(url: str) -> None:
    check_url(url)


def test_a_source_may_declare_a_port_of_its_own_for_its_own_host() -> None:
    check_url("http://wire.example:8000/robots.txt", source_url="http://wire.example:8000/feed")
    with pytest.raises(ForbiddenAddress, match="port 8000"):
        check_url("http://other.example:8000/", source_url="http://wire.example:8000/feed")
    with pytest.raises(ForbiddenAddress, match="port 8001"):
        check_url("http://wire.example:8001/", source_url="http://wire.example:8000/feed")


def test_code_can_allow_one_address_and_port() -> None:
    network = Network(allowed_addresses=frozenset({"127.0.0.1:8123", "[::1]:8123"}))
    assert allowed(network, "127.0.0.1", 8123)
    assert allowed(network, "::1", 8123)
    assert not allowed(network, "127.0.0.1", 8124)
    assert not allowed(network, "127.0.0.2", 8123)


def test_text_from_a_command_line_is_no_network() -> None:
    assert network_of("127.0.0.1:80") == Network()
    assert network_of({"allowed_addresses": ["127.0.0.1:80"]}) == Network()
    assert network_of(None) == Network()
