# SPDX-License-Identifier: GPL-2.0
"""What the gateway refuses, and that it leaves a device as it was"""
from scenes import true


def refusals(hosts):
    """What cannot be is said, and nothing is left behind."""
    gateway = ["glass", "gateway"]
    for words, status, why in (
            (["nosuch"], 1, "nosuch: No such device"),
            (["lo"], 1, "there is nobody behind"),
            (["--port", "0", "client1"], 2, "is no port"),
            (["--off", "client1"], 1, "it is no gateway"),
            (["--off", "--port", "1", "client1"], 2, "usage"),
            ([], 2, "usage")):
        hosts.refused("client1", gateway + words, status, why)
    nobody = ["setpriv", "--reuid", "65534", "--clear-groups"]
    none = [*nobody, "--bounding-set=-all", "--inh-caps=-all"]
    some_caps = [*nobody, "--inh-caps=+net_admin,+bpf", "--ambient-caps=+net_admin,+bpf"]
    hosts.refused("client1", none + gateway + ["client1"], 1, "for root")
    with hosts.between("client1"):
        hosts.refused("client1", gateway + ["client1"], 1, "a gateway already")
        for caps in (none, some_caps):
            for words in ([], ["--off"]):
                hosts.refused("client1", caps + gateway + words + ["client1"], 1,
                              "CAP_SYS_ADMIN")


def devices(hosts):
    """A tunnel, and what joins segments whatever it is told, are refused."""
    run = hosts.switch.run
    run("ip", "link", "add", "tunnel", "type", "ipip", "local", "10.0.0.8", "remote", "10.0.0.2")
    # its offloads are those of what is below
    run("ip", "link", "add", "above", "link", "br0", "type", "macvlan")
    run("ethtool", "-K", "br0", "gro", "on")
    try:
        hosts.refused("tunnel", ["glass", "gateway", "tunnel"], 1, "only Ethernet")
        hosts.refused("above", ["glass", "gateway", "above"], 1, "rx-gro: it cannot be turned off")
    finally:
        run("ip", "link", "del", "above")
        run("ip", "link", "del", "tunnel")


def as_before(hosts):
    """--off leaves the device as it was, and others' filters alone."""
    run = hosts.switch.run
    run("ethtool", "-K", "client1", "gro", "on")
    before = hosts.seen("client1")
    with hosts.between("client1"):
        joined = hosts.seen("client1")[-1].split("large")[0]
        true("its segments are joined", "receive-offload: off" in joined)
    true(f"{before} is {hosts.seen('client1')} now", hosts.seen("client1") == before)
    run("ethtool", "-K", "client1", "gro", "off")
    with hosts.between("client1"):
        run("tc", "filter", "add", "dev", "client1", "ingress", "matchall", "action", "ok")
    true("another's filter is gone", "matchall" in hosts.seen("client1")[1])
    run("tc", "qdisc", "del", "dev", "client1", "clsact")


def qdiscs(hosts):
    """An ingress that was there before is no clsact; another's clsact is left."""
    run = hosts.switch.run
    run("ethtool", "-K", "client1", "gro", "on")
    for kind in ("ingress", "clsact"):
        run("tc", "qdisc", "add", "dev", "client1", kind)
        try:
            if kind == "ingress":
                hosts.refused("client1", ["glass", "gateway", "client1"], 1,
                              "another qdisc is where clsact would be")
                continue
            before = hosts.seen("client1")
            with hosts.between("client1"):
                true("no filter", "glass_gateway" in hosts.seen("client1")[2])
            true(f"{before} is {hosts.seen('client1')} now", hosts.seen("client1") == before)
        finally:
            run("tc", "qdisc", "del", "dev", "client1", kind)
    run("ethtool", "-K", "client1", "gro", "off")
