"""forms.py GENERATOR FORM FOLDER: the sample engagement with every source in one form: rest, az or graph.

What a source cannot say in Resource Graph (diagnostic settings, the activity log) comes over REST there.
forms.py --compare NAME=ASSESSMENT,FINDINGS...: the judgement of the six checked controls must not depend on the form.
"""
import importlib.util
import json
import os
import sys

CONTROLS = ("1.1", "4.2", "6.3.1", "6.6.3", "6.7.2", "7.3")


def load(path):
    spec = importlib.util.spec_from_file_location("generate", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lists(g, form):
    for month in g.MONTHS:
        for base, source, kind, make, version, command, second, subs in [
                ("storage-accounts", "S17", g.STORAGE, g.storage, "2023-05-01", "az storage account list", 10, g.ALL),
                ("network-security-groups", "S01n", g.NSG, lambda r, m=month: g.nsg(r, m), "2024-03-01",
                 "az network nsg list", 80, g.ALL),
                ("key-vaults", "S20", g.VAULT, g.vault, "2023-07-01", "az keyvault list", 110, g.ALL),
                ("sql-servers", "S12s", g.SQL, g.sql, "2021-11-01", "az sql server list", 130, ["prod", "nonprod"]),
                ("web-apps", "S12w", g.SITE, g.site, "2023-12-01", "az webapp list", 150, ["prod", "nonprod"])]:
            g.list_source(month, base, source, kind, make, form, kind + "?api-version=" + version, command, second, subs)


def plans(g, form):
    query = g.KQL % ("securityresources", "microsoft.security/pricings", ",properties")
    path = "Microsoft.Security/pricings?api-version=2024-01-01"
    for month in g.MONTHS:
        if form == "graph":
            rows = [g.as_arg(x) for k in g.ALL for x in g.pricings(k, month)]
            g.emit_graph_cli(month, "defender-plans", "S10", rows, query, 40)
            continue
        for key in g.ALL:
            rows = g.pricings(key, month)
            if form == "rest":
                g.emit_rest(month, "defender-plans", "S10", key, rows, path, 40)
            else:
                g.emit_az(month, "defender-plans", "S10", key, [g.as_az(x, group=False) for x in rows],
                          "az security pricing list", 40)


def settings(g, form):
    for month in g.MONTHS:
        base = "inbox/%s/diagnostic-settings" % month
        g.folder(base, {"source": "S25r", "collected_at": g.z(g.moment(month, 300)), "complete": True, "run": g.DAY[month],
                        "exporter": g.JENS["upn"], "command": "az monitor diagnostic-settings list --resource ID -o json"})
        for target in g.CRITICAL:
            name = "%s/%s.json" % (base, target.split("/")[-1])
            setting = g.setting(target, month)[1]
            missing = target.endswith("/kv-pay-signing") and month in ("2026-01", "2026-02")
            meta = {"source": "S25r", "scope": {"kind": "resource", "ids": [target]}}
            if form == "az":
                row = {**g.as_az(setting, group=False), "resourceGroup": g.group_of(target).lower()}
                g.put(name, g.pretty([] if missing else [row]), meta)
            else:
                g.put(name, g.compact({"value": [] if missing else [setting]}), meta)


def audits(g, form):
    for month in g.MONTHS:
        base = "inbox/%s/sql-auditing" % month
        g.folder(base, {"source": "S12sa", "collected_at": g.z(g.moment(month, 330)), "complete": True, "run": g.DAY[month],
                        "exporter": g.JENS["upn"], "command": "az sql server audit-policy show --ids ID -o json"})
        for server in [t for t in g.CRITICAL if "/".join(t.split("/")[6:8]) == g.SQL]:
            name = "%s/%s.json" % (base, server.split("/")[-1])
            g.put(name, g.pretty(g.auditing_as_az(server)) if form == "az" else g.compact({"value": [g.auditing(server)]}))


def activity(g, form):
    g.ordinary()
    g.EVENTS.sort(key=lambda e: (e[0], e[2]["eventDataId"]))
    starts = [g.at(m + "-01T00:00:00Z") for m in g.MONTHS] + [g.at("2026-07-01T00:00:00Z")]
    for i, month in enumerate(g.MONTHS):
        low, high = starts[i] - g.timedelta(days=2), starts[i + 1] + g.timedelta(days=1)
        for key in g.ALL:
            rows = [e[2] for e in g.EVENTS if e[1] == key and low <= e[0] < high][::-1]
            meta = {"source": "S27", "scope": g.subscope(key), "rows": len(rows), "complete": True,
                    "collected_at": g.z(high + g.timedelta(hours=5)), "describes_from": g.z(low), "describes_to": g.z(high),
                    "exporter": g.JENS["upn"],
                    "command": "az monitor activity-log list --start-time %s --end-time %s --max-events 20000 -o json"
                               % (g.z(low), g.z(high))}
            name = "inbox/%s/activity-log/%s.json" % (month, key)
            g.put(name, g.pretty(rows) if form == "az" else g.compact({"value": rows}), meta)


def generate(path, form, folder):
    g = load(path)
    g.month_folders()
    lists(g, form)
    plans(g, form)
    settings(g, form)
    audits(g, form)
    activity(g, form)
    for step in (g.inventories, g.users, g.directory_audits, g.hr, g.documents, g.engagement):
        step()
    for name, data in g.FILES.items():
        full = os.path.join(folder, name)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as file:
            file.write(data)


def judgement(assessment_path, findings_path):
    """What must be the same, as sorted lines: outcomes, counts, exceptions, findings; nothing that names a file."""
    assessment = json.load(open(assessment_path, encoding="utf-8"))
    lines = []
    for control in assessment["controls"]:
        if control["id"] not in CONTROLS:
            continue
        lines.append("%s %s" % (control["id"], control["state"]))
        for requirement in control["requirements"]:
            for one in requirement["instances"]:
                lines.append("%s%s %s %s %s" % (control["id"], requirement["req"], one["instance"], one["outcome"],
                                                one.get("accepted")))
        for check in control["checks"]:
            lines.append(" ".join(str(check.get(k, "-")) for k in (
                "id", "instance", "snapshot", "scope", "verdict", "passed", "failed", "not_applicable", "cannot_tell")))
    for exception in assessment["exceptions"]:
        if not set(CONTROLS) & set(exception["controls"]):
            continue
        lines.append("exception %s %s %s" % (exception["id"], exception.get("first_seen_failing", "")[:10],
                                             exception.get("first_seen_clean", "")[:10]))
    for line in open(findings_path, encoding="utf-8"):
        finding = json.loads(line)
        if finding["control"] not in CONTROLS:
            continue
        lines.append("finding %s %s %s %s" % (finding["check"], finding["type"], finding["key"],
                                              finding.get("snapshot", "")[:10]))
    return sorted(lines)


def compare(pairs):
    judged = {}
    for pair in pairs:
        name, paths = pair.split("=")
        judged[name] = judgement(*paths.split(","))
    first = next(iter(judged))
    faults = 0
    for name, lines in judged.items():
        for line in sorted(set(lines) ^ set(judged[first])):
            faults += 1
            print("%s: %s" % (name if line in lines else first, line))
    print("%d judgements in %d forms" % (len(judged[first]), len(judged)))
    sys.exit(faults > 0 or len(judged[first]) < 100)


if sys.argv[1] == "--compare":
    compare(sys.argv[2:])
else:
    generate(*sys.argv[1:4])
