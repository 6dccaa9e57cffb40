#!/usr/bin/env python3
"""Write the sample engagement of an invented company.

    python3 samples/generate.py samples/contoso

Standard library only, no clock, no network, no randomness but a hash of names:
the same bytes come out of every run. Everything here is invented; the shapes are
those of the Azure command line, Azure Resource Manager, Resource Graph and
Microsoft Graph. samples/README.md says what is in it and what is wrong on purpose.
"""

import csv
import hashlib
import io
import json
import os
import shutil
import sys
import zipfile
from datetime import datetime, timedelta, timezone

UTC = timezone.utc
ARM = "https://management.azure.com"
GRAPH = "https://graph.microsoft.com/v1.0"
DOMAIN = "contoso.example"


# ---------------------------------------------------------------- small helpers

def digest(*parts):
    return hashlib.sha256("\x1f".join(("contoso-sample-1",) + parts).encode()).hexdigest()


def guid(*parts):
    h = digest(*parts)
    return "%s-%s-4%s-%x%s-%s" % (h[0:8], h[8:12], h[13:16],
                                  8 + int(h[16], 16) % 4, h[17:20], h[20:32])


def pick(n, *parts):
    return int(digest(*parts)[:12], 16) % n


def at(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def z(t):
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


def z7(t, *parts):
    """ARM spells instants with seven digits of fraction."""
    return t.strftime("%Y-%m-%dT%H:%M:%S") + ".%07dZ" % pick(10000000, "frac", z(t), *parts)


def pretty(value):                            # what az -o json prints
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def compact(value):                           # what the service sends
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def ndjson(rows):                             # az … | jq -c '.[]'
    return b"".join(compact(r) + b"\n" for r in rows)


def table(header, rows, bom=False, eol="\n"):
    out = io.StringIO()
    w = csv.writer(out, lineterminator=eol)
    w.writerow(header)
    w.writerows(rows)
    return (b"\xef\xbb\xbf" if bom else b"") + out.getvalue().encode()


FILES = {}


def put(path, data, meta=None):
    assert path not in FILES, path
    FILES[path] = data
    if meta is not None:
        FILES[path + ".meta.json"] = sidecar(meta)
    return hashlib.sha256(data).hexdigest()


def sidecar(meta):
    return pretty({"format": "bindery-sidecar 1", **meta})


def folder(path, meta):
    FILES[path + "/_folder.meta.json"] = sidecar(meta)


# ---------------------------------------------------------------- who and where

TENANT = guid("tenant")
SUBS = {k: guid("subscription", k) for k in ("prod", "nonprod", "platform")}
SUBNAME = {k: "contoso-" + k for k in SUBS}
ALL = list(SUBS)

MONTHS = ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"]
DAY = dict(zip(MONTHS, ["2026-01-15", "2026-02-16", "2026-03-15",
                        "2026-04-15", "2026-05-15", "2026-06-15"]))


def moment(month, seconds=0):
    return at(DAY[month] + "T06:00:00Z") + timedelta(seconds=seconds)


def rid(sub, group, kind, name):
    return "/subscriptions/%s/resourceGroups/%s/providers/%s/%s" % (SUBS[sub], group, kind, name)


def group_of(i):
    return i.split("/")[4]


def sub_of(i):
    return i.split("/")[2]


class R:                                       # one resource of the estate
    def __init__(self, sub, group, kind, name, loc="germanywestcentral", **more):
        self.sub, self.group, self.kind, self.name, self.loc = sub, group, kind, name, loc
        self.more = more
        self.id = rid(sub, group, kind, name)


ESTATE = []


def add(sub, group, kind, name, loc="germanywestcentral", **more):
    r = R(sub, group, kind, name, loc, **more)
    ESTATE.append(r)
    return r


def of(kind, sub=None):
    return [r for r in ESTATE if r.kind == kind and (sub is None or r.sub == sub)]


STORAGE, VAULT = "Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults"
SQL, SITE = "Microsoft.Sql/servers", "Microsoft.Web/sites"
NSG, VM = "Microsoft.Network/networkSecurityGroups", "Microsoft.Compute/virtualMachines"
PIP = "Microsoft.Network/publicIPAddresses"


def estate():
    for name, group in [("stcpayledger", "rg-data-prod"), ("stcpayreceipts", "rg-data-prod"),
                        ("stcpaysettlement", "rg-data-prod"), ("stcpaydocs", "rg-pay-prod"),
                        ("stcpayexports", "rg-pay-prod"), ("stcpaystatic", "rg-edge-prod"),
                        ("stcpayfuncapi", "rg-pay-prod"), ("stcpayfuncjobs", "rg-pay-prod"),
                        ("stcpaysqlaudit", "rg-data-prod"), ("stcpaybackup01", "rg-data-prod"),
                        ("stcpaybackup02", "rg-data-prod"), ("stcpayqueues", "rg-pay-prod"),
                        ("stcpaydiag", "rg-net-prod"), ("stcpayflow", "rg-net-prod"),
                        ("stcpaybatchnfs", "rg-data-prod"), ("stcpaymodel", "rg-data-prod")]:
        add("prod", group, STORAGE, name, nfs=name == "stcpaybatchnfs",
            sku="Standard_GZRS" if "rg-data" in group else "Standard_ZRS")
    for i, name in enumerate(["stctestledger", "stctestreceipts", "stctestdocs", "stctestfunc",
                              "stctestdiag", "stctestload", "stcdevledger", "stcdevdocs",
                              "stcdevfunc"]):
        add("nonprod", "rg-pay-test" if i < 6 else "rg-pay-dev", STORAGE, name,
            "westeurope", sku="Standard_LRS")
    for name, group in [("stchubflow", "rg-hub-network"), ("stchubdiag", "rg-hub-network"),
                        ("stcmonarchive", "rg-monitoring"), ("stcmonexport", "rg-monitoring"),
                        ("stctfstate", "rg-automation"), ("stcautomation", "rg-automation")]:
        add("platform", group, STORAGE, name, sku="Standard_ZRS")

    for sub, group, names in [("prod", "rg-pay-prod", ["kv-pay-prod", "kv-pay-signing", "kv-pay-tls"]),
                              ("prod", "rg-data-prod", ["kv-pay-cmk", "kv-pay-etl"]),
                              ("nonprod", "rg-pay-test", ["kv-pay-test", "kv-pay-load"]),
                              ("nonprod", "rg-pay-dev", ["kv-pay-dev"]),
                              ("platform", "rg-automation", ["kv-platform", "kv-pipelines"])]:
        for n in names:
            add(sub, group, VAULT, n)
    for sub, group, names in [("prod", "rg-data-prod", ["sql-pay-ledger", "sql-pay-customer", "sql-pay-report"]),
                              ("nonprod", "rg-pay-test", ["sql-pay-test"]),
                              ("nonprod", "rg-pay-dev", ["sql-pay-dev"])]:
        for n in names:
            s = add(sub, group, SQL, n)
            for db in ("master", n.replace("sql-", "db-")):
                add(sub, group, SQL + "/databases", n + "/" + db).id = s.id + "/databases/" + db
    for sub, group, names in [("prod", "rg-pay-prod", ["app-pay-api", "app-pay-portal", "app-pay-webhooks",
                                                       "func-pay-jobs", "func-pay-notify", "app-pay-admin"]),
                              ("nonprod", "rg-pay-test", ["app-pay-api-test", "app-pay-portal-test"]),
                              ("nonprod", "rg-pay-dev", ["app-pay-api-dev", "func-pay-jobs-dev"])]:
        for n in names:
            add(sub, group, SITE, n)
        add(sub, group, "Microsoft.Web/serverfarms", "asp-" + group[3:])

    for sub, group, net, count in [("prod", "rg-net-prod", "vnet-pay-prod", 3),
                                   ("nonprod", "rg-net-nonprod", "vnet-pay-nonprod", 2),
                                   ("platform", "rg-hub-network", "vnet-hub", 1)]:
        for i in range(count):
            add(sub, group, "Microsoft.Network/virtualNetworks", net + ("-%d" % (i + 1) if i else ""))
        add(sub, group, "Microsoft.Network/routeTables", "rt-" + sub)
    for n in ["nsg-appgw-prod", "nsg-app-prod", "nsg-data-prod", "nsg-jump-prod", "nsg-batch-prod", "nsg-pe-prod"]:
        add("prod", "rg-net-prod", NSG, n)
    for n in ["nsg-app-test", "nsg-build-test", "nsg-app-dev"]:
        add("nonprod", "rg-net-nonprod", NSG, n)
    for n in ["nsg-hub-mgmt", "nsg-hub-shared", "nsg-runners"]:
        add("platform", "rg-hub-network", NSG, n)
    for sub, group, names in [("prod", "rg-net-prod", ["pip-appgw-prod", "pip-nat-prod"]),
                              ("nonprod", "rg-net-nonprod", ["pip-appgw-test", "pip-nat-nonprod"]),
                              ("platform", "rg-hub-network", ["pip-bastion", "pip-vpn", "pip-fw"])]:
        for n in names:
            add(sub, group, PIP, n)
    for sub, group, stem, count in [("prod", "rg-pay-prod", "vm-batch", 7), ("prod", "rg-net-prod", "vm-jump", 2),
                                    ("nonprod", "rg-pay-test", "vm-load", 5), ("nonprod", "rg-pay-dev", "vm-dev", 4),
                                    ("platform", "rg-automation", "vm-runner", 4)]:
        for i in range(1, count + 1):
            n = "%s-%02d" % (stem, i)
            add(sub, group, VM, n)
            add(sub, group, "Microsoft.Compute/disks", n + "_OsDisk")
            add(sub, group, "Microsoft.Network/networkInterfaces", "nic-" + n)
    for sub, group in [("prod", "rg-pay-prod"), ("nonprod", "rg-pay-test")]:
        add(sub, group, "Microsoft.ContainerService/managedClusters", "aks-" + group[3:])
        add(sub, group, "Microsoft.Network/applicationGateways", "agw-" + group[3:])
        add(sub, group, "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies", "waf-" + group[3:])
    add("platform", "rg-automation", "Microsoft.ContainerRegistry/registries", "crcontosopay")
    add("prod", "rg-data-prod", "Microsoft.DBforPostgreSQL/flexibleServers", "psql-pay-mart")
    add("platform", "rg-monitoring", "Microsoft.OperationalInsights/workspaces", "log-contoso-central")
    add("platform", "rg-monitoring", "Microsoft.OperationsManagement/solutions", "SecurityInsights(log-contoso-central)")
    add("platform", "rg-hub-network", "Microsoft.Network/bastionHosts", "bas-hub")
    add("platform", "rg-hub-network", "Microsoft.Network/azureFirewalls", "afw-hub")
    for sub, group in [("prod", "rg-data-prod"), ("platform", "rg-automation")]:
        add(sub, group, "Microsoft.RecoveryServices/vaults", "rsv-" + sub)
    for sub, group in [("prod", "rg-pay-prod"), ("nonprod", "rg-pay-test"), ("platform", "rg-monitoring")]:
        for n in ("ag-oncall", "ag-security"):
            add(sub, group, "Microsoft.Insights/actionGroups", "%s-%s" % (n, sub), "global")
        add(sub, group, "Microsoft.Insights/activityLogAlerts", "ala-roles-" + sub, "global")
        add(sub, group, "Microsoft.ManagedIdentity/userAssignedIdentities", "id-deploy-" + sub)
    for r in list(of(STORAGE, "prod"))[:10] + list(of(VAULT, "prod")) + list(of(SQL, "prod")):
        add("prod", "rg-net-prod", "Microsoft.Network/privateEndpoints", "pe-" + r.name)


estate()
WORKSPACE = of("Microsoft.OperationalInsights/workspaces")[0].id
CRITICAL = [rid("prod", "rg-pay-prod", VAULT, "kv-pay-prod"),
            rid("prod", "rg-pay-prod", VAULT, "kv-pay-signing"),
            rid("prod", "rg-data-prod", VAULT, "kv-pay-cmk"),
            rid("prod", "rg-data-prod", STORAGE, "stcpayledger"),
            rid("prod", "rg-data-prod", STORAGE, "stcpayreceipts"),
            rid("prod", "rg-data-prod", STORAGE, "stcpaysettlement"),
            rid("prod", "rg-pay-prod", STORAGE, "stcpaydocs"),
            rid("prod", "rg-data-prod", SQL, "sql-pay-ledger"),
            rid("prod", "rg-data-prod", SQL, "sql-pay-customer"),
            rid("prod", "rg-pay-prod", SITE, "app-pay-api"),
            rid("prod", "rg-pay-prod", SITE, "app-pay-portal"),
            rid("prod", "rg-pay-prod", SITE, "app-pay-webhooks")]
NFS = rid("prod", "rg-data-prod", STORAGE, "stcpaybatchnfs")

# employee number, given name, surname, login, title, department
PEOPLE = []


def person(given, family, login, title, country="DE", start="2021-04-01", end="",
           kind="employee", access="no", admin=False):
    PEOPLE.append(dict(no="C%04d" % (1001 + len(PEOPLE)), name=given + " " + family, given=given,
                       family=family, login=login, upn="%s@%s" % (login, DOMAIN), title=title,
                       country=country, start=start, end=end, kind=kind, access=access,
                       admin=("adm-%s@%s" % (login, DOMAIN)) if admin else "",
                       id=guid("user", login), adm_id=guid("user", "adm-" + login)))


def people():
    person("Henrike", "Vogt", "henrike.vogt", "Chief Executive Officer", start="2016-02-01")
    person("Jens", "Müller", "jens.mueller", "Cloud Platform Lead", start="2018-05-01", access="yes", admin=True)
    person("Łukasz", "Wójcik", "lukasz.wojcik", "Engineering Lead", "PL", "2019-01-01", access="yes", admin=True)
    person("Ξένια", "Παπαδοπούλου", "xenia.papadopoulou", "Head of Compliance", "GR", "2019-09-01")
    person("Юлия", "Соколова", "yulia.sokolova", "Security Lead", "DE", "2020-03-01", access="yes", admin=True)
    person("Mareike", "Lindqvist", "mareike.lindqvist", "Head of Human Resources", start="2018-11-01")
    person("Dominik", "Ahrens", "dominik.ahrens", "Chief Information Security Officer", start="2019-06-01")
    person("Siobhán", "Ní Bhriain", "siobhan.nibhriain", "Head of Marketing", "IE", "2020-10-01")
    # the six who leave in the period
    person("Tomasz", "Kowalik", "tomasz.kowalik", "Payments Engineer", "PL", "2022-02-01", "2026-01-30", access="yes")
    person("Pernille", "Aagaard", "pernille.aagaard", "Test Contractor", "DK", "2025-06-02", "2026-02-13", kind="contractor")
    person("Oliver", "Brandt", "oliver.brandt", "Account Manager", start="2023-01-09", end="2026-03-12", access="yes")
    person("Zsófia", "Kertész", "zsofia.kertesz", "Site Reliability Engineer", "HU", "2021-08-01", "2026-03-26", access="yes", admin=True)
    person("Baptiste", "Rouvière", "baptiste.rouviere", "Product Designer", "FR", "2022-09-01", "2026-05-11")
    person("Ingrid", "Halvorsen", "ingrid.halvorsen", "Support Specialist", "NO", "2024-04-01", "2026-06-04", access="yes")
    rest = [("Anneliese", "Borchert", "Finance Manager", "DE"), ("Matteo", "Ferraguti", "Backend Engineer", "IT"),
            ("Chidinma", "Okonjo", "Backend Engineer", "DE"), ("Rasmus", "Tuominen", "Backend Engineer", "FI"),
            ("Élodie", "Marchand", "Frontend Engineer", "FR"), ("Karel", "Dvořáček", "Data Engineer", "CZ"),
            ("Nuria", "Escribano", "Data Engineer", "ES"), ("Wiebke", "Thomsen", "Support Lead", "DE"),
            ("Arvid", "Sjöström", "Support Specialist", "SE"), ("Fatma", "Yıldırım", "Support Specialist", "DE"),
            ("Gunnar", "Stefánsson", "Network Engineer", "IS"), ("Hanneke", "Vermeulen", "Product Manager", "NL"),
            ("Ivana", "Horvatić", "Product Manager", "HR"), ("Joachim", "Rademacher", "Treasury Analyst", "DE"),
            ("Kateřina", "Novotná", "Payroll Specialist", "CZ"), ("Leandro", "Figueira", "Sales Manager", "PT"),
            ("Magdalena", "Zielińska", "QA Engineer", "PL"), ("Niamh", "Gallagher", "Content Editor", "IE"),
            ("Olga", "Petrenko", "QA Engineer", "DE"), ("Pavlos", "Nikolaidis", "Fraud Analyst", "GR"),
            ("Quirin", "Huber", "Fraud Analyst", "DE"), ("Renske", "de Wit", "Legal Counsel", "NL"),
            ("Sławomir", "Baran", "Platform Engineer", "PL"), ("Tuğçe", "Demirel", "Platform Engineer", "DE"),
            ("Ulrike", "Steinbach", "Office Manager", "DE"), ("Viktor", "Lundgren", "Backend Engineer", "SE"),
            ("Walburga", "Eder", "Internal Auditor", "AT"), ("Xaver", "Mittermeier", "Account Manager", "DE"),
            ("Yvonne", "Keller", "Account Manager", "CH"), ("Zdeněk", "Malý", "Database Engineer", "CZ"),
            ("Agnieszka", "Sobczak", "Scrum Master", "PL"), ("Bjørn", "Eikeland", "Security Analyst", "NO"),
            ("Carlotta", "Benassi", "Security Analyst", "IT"), ("Dietmar", "Pohl", "Facilities Manager", "DE"),
            ("Eszter", "Farkas", "Recruiter", "HU"), ("Florin", "Munteanu", "Backend Engineer", "RO"),
            ("Gesa", "Petersen", "Accountant", "DE"), ("Hristo", "Dimitrov", "Frontend Engineer", "BG"),
            ("Ilse", "Brouwer", "Procurement Specialist", "NL"), ("Jarosław", "Pietrzak", "Release Engineer", "PL"),
            ("Kirsi", "Laaksonen", "UX Researcher", "FI"), ("Liesel", "Hartwig", "Trainee", "DE"),
            ("Moritz", "Engelhardt", "Working Student", "DE"), ("Nikolai", "Raud", "Integration Engineer", "EE"),
            ("Ottilie", "Krüger", "Partner Manager", "DE"), ("Petra", "Zupančič", "Contract Developer", "SI")]
    fold = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "É": "e", "é": "e", "ř": "r", "á": "a",
                          "č": "c", "ı": "i", "Y": "y", "ń": "n", "ł": "l", "ğ": "g", "ç": "c", "ě": "e",
                          "ý": "y", "ø": "o", " ": "", "ś": "s", "ż": "z"})
    for i, (g, f, title, country) in enumerate(rest):
        start = "20%02d-%02d-01" % (18 + pick(7, "year", g), 1 + pick(12, "month", g))
        end, kind = "", "employee"
        if g == "Petra":
            start, end, kind = "2026-03-02", "2026-09-30", "contractor"     # ends after the period
        if g == "Moritz":
            start = "2026-04-01"
        if g == "Liesel":
            start = "2026-02-01"
        person(g, f, (g + "." + f).lower().translate(fold), title, country, start, end, kind,
               "yes" if any(w in title for w in ("Engineer", "Support", "Fraud", "Security")) else "no",
               g in ("Gunnar", "Sławomir"))


people()
WHO = {p["login"]: p for p in PEOPLE}
assert len(PEOPLE) == 60
JENS, XENIA, YULIA, MAREIKE = (WHO[k] for k in ("jens.mueller", "xenia.papadopoulou", "yulia.sokolova", "mareike.lindqvist"))
BREAKGLASS = ["breakglass-1@" + DOMAIN, "breakglass-2@" + DOMAIN]
AZ, CURL = "azure-cli 2.81.0", "curl 7.88.1"


def signed(sha, checked, prep_at, rev_at, prep=XENIA, rev=YULIA):
    return {"prepared_by": {"name": prep["name"], "role": prep["title"], "at": prep_at},
            "reviews": [{"name": rev["name"], "role": rev["title"], "at": rev_at,
                         "checked": checked, "sha256": sha}]}


# ---------------------------------------------------------------- one record, three spellings

RENAME = {"supportsHttpsTrafficOnly": "enableHttpsTrafficOnly", "networkAcls": "networkRuleSet",
          "isNfsV3Enabled": "enableNfsV3"}
HOIST_CHILDREN = {"securityRules", "defaultSecurityRules"}


def as_az(rec, rename=None, group=True, drop=()):
    """The az spelling: properties hoisted, some keys renamed, resourceGroup added, keys sorted."""
    out = {k: v for k, v in rec.items() if k != "properties"}
    for k, v in (rec.get("properties") or {}).items():
        if k in HOIST_CHILDREN:
            v = [as_az(c) for c in v]
        out[(rename or {}).get(k, k)] = v
    if group and "/resourceGroups/" in rec["id"]:
        out["resourceGroup"] = group_of(rec["id"])
    for k in drop:
        out.pop(k, None)
    return dict(sorted(out.items()))


def as_arg(rec):
    """The Resource Graph spelling: lower-case type and group, subscriptionId, no systemData."""
    out = {"id": rec["id"], "name": rec["name"], "type": rec["type"].lower(), "location": rec.get("location", ""),
           "resourceGroup": group_of(rec["id"]).lower() if "/resourceGroups/" in rec["id"] else "",
           "subscriptionId": sub_of(rec["id"])}
    for k in ("kind", "sku", "tags"):
        if k in rec:
            out[k] = rec[k]
    if "properties" in rec:
        out["properties"] = rec["properties"]
    return out


def whole(rows):
    assert len(rows) not in (100, 1000, 5000)
    return rows


def graph_cli(rows):                           # az graph query -o json
    whole(rows)
    return pretty({"count": len(rows), "data": rows, "skip_token": None, "total_records": len(rows)})


def graph_rest(rows):                          # POST …/Microsoft.ResourceGraph/resources
    whole(rows)
    return compact({"totalRecords": len(rows), "count": len(rows), "resultTruncated": "false",
                    "facets": [], "data": rows})


def subscope(*keys):
    return {"kind": "subscription", "ids": [SUBS[k] for k in keys]}


KQL = "%s | where type =~ '%s' | project id,name,type,location,resourceGroup,subscriptionId%s"


def emit_az(month, base, source, key, rows, command, second=0, **more):
    put("inbox/%s/%s-%s.json" % (month, base, key), pretty(whole(rows)), {
        "source": source, "title": "%s, %s" % (base, SUBNAME[key]), "scope": subscope(key),
        "collected_at": z(moment(month, second)),
        "command": command + " --subscription %s -o json" % SUBS[key], "complete": True, "rows": len(rows), **more})


def emit_rest(month, base, source, key, rows, path, second=0, pages=1):
    url = "%s/subscriptions/%s/providers/%s" % (ARM, SUBS[key], path)
    size = -(-len(rows) // pages)
    for n in range(pages):
        body = {"value": rows[n * size:(n + 1) * size]}
        meta = {"source": source, "title": "%s, %s" % (base, SUBNAME[key]), "scope": subscope(key),
                "collected_at": z(moment(month, second + 2 * n)), "request": "GET " + url, "tool": CURL}
        if n + 1 < pages:
            url = url.split("&$skiptoken")[0] + "&$skiptoken=" + digest(month, base, key, str(n))[:32]
            body["nextLink"] = url
        name = "inbox/%s/%s-%s%s.json" % (month, base, key, "-page%d" % (n + 1) if pages > 1 else "")
        put(name, compact(body), meta)


def emit_graph_cli(month, base, source, rows, query, second=0):
    put("inbox/%s/%s-graph.json" % (month, base), graph_cli(rows), {
        "source": source, "title": base + ", all subscriptions", "scope": subscope(*ALL),
        "collected_at": z(moment(month, second)), "query": query,
        "command": 'az graph query -q "%s" --first 1000 --subscriptions %s -o json' % (query, " ".join(SUBS.values())),
        "complete": True, "rows": len(rows)})


def emit_graph_rest(month, base, source, rows, query, second=0):
    put("inbox/%s/%s-resource-graph.json" % (month, base), graph_rest(rows), {
        "source": source, "title": base + ", all subscriptions", "scope": subscope(*ALL),
        "collected_at": z(moment(month, second)), "query": query, "tool": CURL,
        "request": "POST %s/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01 subscriptions=%s"
                   % (ARM, ",".join(SUBS.values()))})


def kql(kind, tail=",kind,sku,tags,properties", tbl="resources"):
    return KQL % (tbl, kind.lower(), tail)


# ---------------------------------------------------------------- ARM records

def born(*parts):
    return at("2023-01-09T08:00:00Z") + timedelta(hours=pick(20000, "born", *parts))


def storage(r):
    t = z7(born(r.name), r.name)
    nfs = bool(r.more.get("nfs"))
    ends = {k: "https://%s.%s.core.windows.net/" % (r.name, k) for k in ("blob", "dfs", "file")}
    p = {"creationTime": t, "provisioningState": "Succeeded", "statusOfPrimary": "available",
         "primaryLocation": r.loc, "primaryEndpoints": {k: ends[k] for k in ("blob", "dfs")} if nfs else ends,
         "accessTier": "Hot", "minimumTlsVersion": "TLS1_2", "allowBlobPublicAccess": False,
         "allowSharedKeyAccess": r.sub != "prod", "isHnsEnabled": nfs,
         "networkAcls": {"bypass": "AzureServices", "defaultAction": "Deny" if r.sub == "prod" else "Allow",
                         "ipRules": []},
         "encryption": {"keySource": "Microsoft.Storage", "requireInfrastructureEncryption": True},
         "supportsHttpsTrafficOnly": not nfs}
    if nfs:
        p["isNfsV3Enabled"] = True
    return {"sku": {"name": r.more["sku"], "tier": "Standard"}, "kind": "StorageV2", "id": r.id, "name": r.name,
            "type": STORAGE, "location": r.loc, "tags": {"system": "contoso-pay", "env": r.sub}, "properties": p}


def vault(r):
    return {"id": r.id, "name": r.name, "type": VAULT, "location": r.loc, "tags": {"env": r.sub}, "properties": {
        "sku": {"family": "A", "name": "premium" if r.name == "kv-pay-signing" else "standard"}, "tenantId": TENANT,
        "accessPolicies": [], "enabledForDeployment": False, "enableSoftDelete": True, "softDeleteRetentionInDays": 90,
        "enableRbacAuthorization": True, "enablePurgeProtection": True, "publicNetworkAccess": "Disabled",
        "vaultUri": "https://%s.vault.azure.net/" % r.name, "provisioningState": "Succeeded"}}


def sql(r):
    return {"kind": "v12.0", "id": r.id, "name": r.name, "type": SQL, "location": r.loc, "tags": {"env": r.sub}, "properties": {
        "administratorLogin": "sqladmin", "version": "12.0", "state": "Ready", "minimalTlsVersion": "1.2",
        "fullyQualifiedDomainName": r.name + ".database.windows.net", "privateEndpointConnections": [],
        "publicNetworkAccess": "Disabled", "restrictOutboundNetworkAccess": "Disabled"}}


def site(r):
    host = r.name + ".azurewebsites.net"
    return {"id": r.id, "name": r.name, "type": SITE, "kind": "functionapp,linux" if r.name.startswith("func") else "app,linux",
            "location": r.loc, "tags": {"env": r.sub}, "properties": {
                "state": "Running", "hostNames": [host], "enabled": True, "defaultHostName": host,
                "serverFarmId": rid(r.sub, r.group, "Microsoft.Web/serverfarms", "asp-" + r.group[3:]),
                "reserved": True, "httpsOnly": True, "clientCertEnabled": False, "publicNetworkAccess": "Disabled",
                "siteConfig": {"linuxFxVersion": "DOTNETCORE|8.0", "minTlsVersion": None, "http20Enabled": True}}}


PLANS = [("VirtualMachines", "P2"), ("SqlServers", ""), ("AppServices", ""), ("StorageAccounts", "DefenderForStorageV2"),
         ("SqlServerVirtualMachines", ""), ("KubernetesService", ""), ("ContainerRegistry", ""), ("KeyVaults", "PerKeyVault"),
         ("Dns", ""), ("Arm", "PerSubscription"), ("OpenSourceRelationalDatabases", ""), ("CosmosDbs", ""),
         ("Containers", ""), ("CloudPosture", ""), ("Api", ""), ("AI", "")]
RETIRED = {"KubernetesService": ["Containers"], "ContainerRegistry": ["Containers"], "Dns": ["VirtualMachines"]}
FREE = {"prod": {"CosmosDbs", "Api", "AI"},                     # none of these types exists there
        "nonprod": {"CosmosDbs", "Api", "AI", "OpenSourceRelationalDatabases"},
        "platform": {"CosmosDbs", "Api", "AI", "OpenSourceRelationalDatabases", "SqlServers", "AppServices", "CloudPosture"}}


def pricings(key, month):
    out = []
    for name, plan in PLANS:
        free = name in RETIRED or name in FREE[key]
        if month == "2026-02" and key == "nonprod" and name == "AppServices":
            free = True                                          # wrong on purpose, mended in March
        p = {"pricingTier": "Free" if free else "Standard", "freeTrialRemainingTime": "PT0S"}
        if plan and not free:
            p["subPlan"] = plan
        if not free:
            p["enablementTime"] = z7(at("2026-03-03T13:20:41Z") if (key, name) == ("nonprod", "AppServices") and month > "2026-02"
                                     else born(key, name), name)
        p["enforce"] = "False"
        p["resourcesCoverageStatus"] = "NotCovered" if free else "FullyCovered"
        if name in RETIRED:
            p["deprecated"] = True
            p["replacedBy"] = RETIRED[name]
        if name == "VirtualMachines":
            p["extensions"] = [{"name": "AgentlessVmScanning", "isEnabled": "True",
                                "additionalExtensionProperties": {"ExclusionTags": "[]"}},
                               {"name": "MdeDesignatedSubscription", "isEnabled": "False"}]
        out.append({"id": "/subscriptions/%s/providers/Microsoft.Security/pricings/%s" % (SUBS[key], name),
                    "name": name, "type": "Microsoft.Security/pricings", "properties": p})
    return out


def rule(nsg, name, priority, access, ports, source="*", proto="Tcp", direction="Inbound", asg=None, dest="*", text=None):
    p = {"provisioningState": "Succeeded", "protocol": proto, "sourcePortRange": "*"}
    if text:
        p["description"] = text
    p.update({"destinationPortRange": ports} if isinstance(ports, str) else {"destinationPortRange": "", "destinationPortRanges": ports})
    if asg:
        p["sourceAddressPrefix"] = ""
        p["sourceApplicationSecurityGroups"] = [{"id": asg}]
    elif isinstance(source, str):
        p["sourceAddressPrefix"] = source
    else:
        p["sourceAddressPrefix"] = ""
        p["sourceAddressPrefixes"] = source
    p.update({"destinationAddressPrefix": dest, "access": access, "priority": priority, "direction": direction})
    return {"name": name, "id": nsg + "/securityRules/" + name, "type": NSG + "/securityRules", "properties": p}


def nsg_rules(r):
    n, i = r.name, r.id
    web = rule(i, "AllowHttpsInBound", 200, "Allow", "443", "Internet")
    if n == "nsg-appgw-prod":
        return [web, rule(i, "AllowGatewayManager", 110, "Allow", "65200-65535", "GatewayManager", "*")]
    if n == "nsg-app-prod":                    # VirtualNetwork is not the internet
        return [rule(i, "AllowSshFromVnet", 120, "Allow", "22", "VirtualNetwork"),
                rule(i, "AllowAppFromGateway", 130, "Allow", ["8080", "8443"], ["10.10.0.0/24"])]
    if n == "nsg-data-prod":
        return [rule(i, "AllowSqlFromApp", 120, "Allow", "1433", "10.10.1.0/24"),
                rule(i, "AllowRdpFromJumpGroup", 140, "Allow", "3389",
                     asg=rid("prod", "rg-net-prod", "Microsoft.Network/applicationSecurityGroups", "asg-jump"))]
    if n == "nsg-jump-prod":
        return [rule(i, "AllowBastion", 100, "Allow", ["22", "3389"], "10.0.4.0/26"),
                rule(i, "AllowRdpOut", 110, "Allow", "3389", "*", direction="Outbound", dest="VirtualNetwork")]
    if n == "nsg-batch-prod":                  # the earlier Deny hides the later Allow
        return [rule(i, "DenyAdminPorts", 100, "Deny", ["22", "3389"], "*", "*"),
                rule(i, "LegacyVendorAccess", 300, "Allow", "*", "Internet", text="left over from migration; shadowed by DenyAdminPorts")]
    if n == "nsg-build-test":                  # the company's own private range
        return [rule(i, "AllowSshFromCorp", 150, "Allow", "22", "10.0.0.0/8")]
    if n == "nsg-app-test":
        return [web, rule(i, "AllowNearRdpPorts", 210, "Allow", "3390-3399", "Internet", text="media test ports")]
    if n == "nsg-hub-mgmt":
        return [rule(i, "AllowAdminFromOffices", 100, "Allow", ["22", "3389"], ["203.0.113.16/28", "198.51.100.40/32"], "TCP")]
    if n == "nsg-runners":
        return [rule(i, "AllowLbProbe", 120, "Allow", "*", "AzureLoadBalancer", "*")]
    return [web] if n == "nsg-app-dev" else [rule(i, "DenyInternet", 4000, "Deny", "*", "Internet", "*")]


OPENING = dict(name="TempVendorRdp", priority=310, access="Allow", ports=["3389", "5986"],
               source=["203.0.113.77/32", "0.0.0.0/0"], text="vendor session, remove after maintenance")
JUMP = rid("prod", "rg-net-prod", NSG, "nsg-jump-prod")


def nsg(r, month):
    rules = nsg_rules(r)
    if month == "2026-03" and r.id == JUMP:
        rules.append(rule(JUMP, **OPENING))
    default = []
    for name, prio, access, direction, src, dst in [
            ("AllowVnetInBound", 65000, "Allow", "Inbound", "VirtualNetwork", "VirtualNetwork"),
            ("AllowAzureLoadBalancerInBound", 65001, "Allow", "Inbound", "AzureLoadBalancer", "*"),
            ("DenyAllInBound", 65500, "Deny", "Inbound", "*", "*"),
            ("AllowVnetOutBound", 65000, "Allow", "Outbound", "VirtualNetwork", "VirtualNetwork"),
            ("AllowInternetOutBound", 65001, "Allow", "Outbound", "*", "Internet"),
            ("DenyAllOutBound", 65500, "Deny", "Outbound", "*", "*")]:
        default.append({"name": name, "id": r.id + "/defaultSecurityRules/" + name,
                        "properties": {"provisioningState": "Succeeded", "protocol": "*", "sourcePortRange": "*",
                                       "destinationPortRange": "*", "sourceAddressPrefix": src, "destinationAddressPrefix": dst,
                                       "access": access, "priority": prio, "direction": direction}})
    net = of("Microsoft.Network/virtualNetworks", r.sub)[0]
    p = {"provisioningState": "Succeeded", "securityRules": rules,
         "defaultSecurityRules": default}
    if r.name != "nsg-hub-shared":             # one that is not attached anywhere
        p["subnets"] = [{"id": net.id + "/subnets/snet-" + r.name[4:]}]
    return {"name": r.name, "id": r.id, "etag": 'W/"%s"' % guid("etag", r.id, month), "type": NSG, "location": r.loc, "properties": p}


def inventory():
    rows = []
    for r in ESTATE:
        rows.append({"id": r.id, "name": r.name.split("/")[-1], "type": r.kind.lower(), "subscriptionId": SUBS[r.sub]})
    return sorted(rows, key=lambda x: x["id"].lower())


# ---------------------------------------------------------------- monthly snapshots

def month_folders():
    for m in MONTHS:
        folder("inbox/" + m, {"collected_at": z(moment(m)), "exporter": JENS["upn"], "tool": AZ, "run": DAY[m]})


def list_source(month, base, source, kind, make, form, path, command, second, subs=ALL):
    """One ARM list, in the form the month calls for."""
    by = {k: [make(r) for r in of(kind, k)] for k in subs}
    if form == "graph":
        emit_graph_cli(month, base, source, [as_arg(x) for k in subs for x in by[k]], kql(kind), second)
    elif form == "resource-graph":
        emit_graph_rest(month, base, source, [as_arg(x) for k in subs for x in by[k]], kql(kind), second)
    else:
        for n, k in enumerate(subs):
            if form == "az" or (form == "mixed" and k != "prod"):
                emit_az(month, base, source, k, [as_az(x, RENAME) if kind != VAULT else
                                                 {**as_az(x, drop=list(x["properties"])), "properties": x["properties"]}
                                                 for x in by[k]], command, second + 5 * n)
            else:
                emit_rest(month, base, source, k, by[k], path, second + 5 * n, 2 if form == "mixed" and len(by[k]) > 3 else 1)


def storage_accounts():
    path, cmd = STORAGE + "?api-version=2023-05-01", "az storage account list"
    for m, form in zip(MONTHS, ["mixed", "az", "graph", "resource-graph", None, "rest"]):
        if form:
            list_source(m, "storage-accounts", "S17", STORAGE, storage, form, path, cmd, 10)
            continue
        for n, k in enumerate(ALL):            # May: NDJSON for two subscriptions, an array for the third
            rows = [as_az(storage(r), RENAME) for r in of(STORAGE, k)]
            if k == "platform":
                emit_az(m, "storage-accounts", "S17", k, rows, cmd, 10)
                continue
            put("inbox/%s/storage-accounts-%s.ndjson" % (m, k), ndjson(rows), {
                "source": "S17", "title": "storage-accounts, " + SUBNAME[k], "scope": subscope(k),
                "collected_at": z(moment(m, 12 + n)), "complete": True, "rows": len(rows),
                "command": "az storage account list --subscription %s -o json | jq -c '.[]'" % SUBS[k]})


def defender_plans():
    path, cmd = "Microsoft.Security/pricings?api-version=2024-01-01", "az security pricing list"
    for k in ALL:
        emit_rest("2026-01", "defender-plans", "S10", k, pricings(k, "2026-01"), path, 40)
        rows = [as_az(x, group=False) for x in pricings(k, "2026-02")]
        put("inbox/2026-02/defender-plans-%s.json" % k, pretty({"value": rows}), {     # older wrapper, hoisted items
            "source": "S10", "title": "defender-plans, " + SUBNAME[k], "scope": subscope(k),
            "collected_at": z(moment("2026-02", 40)), "complete": True, "rows": len(rows),
            "command": "%s --subscription %s -o json" % (cmd, SUBS[k])})
        emit_az("2026-05", "defender-plans", "S10", k, [as_az(x, group=False) for x in pricings(k, "2026-05")], cmd, 40)
    q = KQL % ("securityresources", "microsoft.security/pricings", ",properties")
    # no file for April: the snapshot that is missing on purpose
    emit_graph_cli("2026-03", "defender-plans", "S10", [as_arg(x) for k in ALL for x in pricings(k, "2026-03")], q, 40)
    emit_graph_rest("2026-06", "defender-plans", "S10", [as_arg(x) for k in ALL for x in pricings(k, "2026-06")], q, 40)


def inventories():
    q = "resources | project id,name,type,subscriptionId | order by id asc"
    for m in MONTHS:
        emit_graph_rest(m, "inventory", "S77", inventory(), q, 60)


def security_groups():
    path, cmd = NSG + "?api-version=2024-03-01", "az network nsg list"
    for m, form in zip(MONTHS, ["rest", "az", "mixed", "resource-graph", "rest", "resource-graph"]):
        list_source(m, "network-security-groups", "S01n", NSG, lambda r: nsg(r, m), form, path, cmd, 80)


def platform_services():
    for m, form in zip(MONTHS, ["rest", "az", "graph", "resource-graph", "rest", None]):
        if form:
            list_source(m, "key-vaults", "S20", VAULT, vault, form, VAULT + "?api-version=2023-07-01", "az keyvault list", 110)
    base = "inbox/2026-06/key-vaults"          # June: az keyvault show, one object a file
    folder(base, {"source": "S20", "collected_at": z(moment("2026-06", 110)), "exporter": JENS["upn"], "tool": AZ,
                  "run": DAY["2026-06"], "command": "for id in $(cat vaults.txt); do az keyvault show --ids $id -o json; done",
                  "complete": True})
    for r in of(VAULT):
        v = vault(r)
        put("%s/%s.json" % (base, r.name), pretty({**dict(sorted(v.items())), "resourceGroup": r.group}))
    for m, fs, fw in zip(MONTHS, ["az", "rest", "rest", "graph", "resource-graph", "az"],
                         ["rest", "resource-graph", "az", "rest", "az", "graph"]):
        list_source(m, "sql-servers", "S12s", SQL, sql, fs, SQL + "?api-version=2021-11-01", "az sql server list", 130, ["prod", "nonprod"])
        list_source(m, "web-apps", "S12w", SITE, site, fw, SITE + "?api-version=2023-12-01", "az webapp list", 150, ["prod", "nonprod"])


# ---------------------------------------------------------------- diagnostic settings (7.3)

def setting(target, month):
    kind = "/".join(target.split("/")[6:8])
    name = target.split("/")[-1]
    host = target
    if kind == STORAGE:
        host, logs = target + "/blobServices/default", ["StorageRead", "StorageWrite", "StorageDelete"]
    elif kind == SQL:
        host = target + "/databases/master"
        logs = ["SQLSecurityAuditEvents", "DevOpsOperationsAudit"]
    elif kind == SITE:
        logs = ["AppServiceHTTPLogs", "AppServiceConsoleLogs", "AppServiceAuditLogs", "AppServiceAppLogs"]
    else:
        logs = ["AuditEvent", "AzurePolicyEvaluationDetails"]
    off = {"enabled": False, "days": 0}
    rows = [{"category": c, "enabled": True, "retentionPolicy": off} for c in logs]
    if name in ("stcpaydocs", "app-pay-webhooks", "kv-pay-cmk"):
        rows = [{"categoryGroup": "audit", "enabled": False, "retentionPolicy": off},
                {"categoryGroup": "allLogs", "enabled": True, "retentionPolicy": off}]
    elif name == "kv-pay-prod":
        rows = [{"categoryGroup": "audit", "enabled": True, "retentionPolicy": off},
                {"categoryGroup": "allLogs", "enabled": False, "retentionPolicy": off}]
    i = host.replace("/resourceGroups/", "/resourcegroups/") + "/providers/microsoft.insights/diagnosticSettings/to-central"
    if name == "app-pay-portal":               # some answers come without the leading slash
        i = i[1:]
    props = {"storageAccountId": None, "serviceBusRuleId": None, "workspaceId": WORKSPACE, "eventHubAuthorizationRuleId": None,
             "eventHubName": None, "metrics": [{"category": "AllMetrics", "enabled": False, "retentionPolicy": off}],
             "logs": rows, "logAnalyticsDestinationType": None}
    return host, {"id": i, "type": "Microsoft.Insights/diagnosticSettings", "name": "to-central", "location": None,
                  "kind": None, "tags": None, "properties": props, "identity": None}


def diagnostic_settings():
    for m in MONTHS:
        base = "inbox/%s/diagnostic-settings" % m
        rest = m in ("2026-01", "2026-02", "2026-04", "2026-06")
        meta = {"source": "S25r", "collected_at": z(moment(m, 300)), "exporter": JENS["upn"], "run": DAY[m]}
        if rest:
            meta.update(tool=CURL, request="GET %s{resourceId}/providers/Microsoft.Insights/diagnosticSettings?api-version=2021-05-01-preview" % ARM)
        else:
            meta.update(tool=AZ, complete=True,
                        command="for id in $(cat critical.txt); do az monitor diagnostic-settings list --resource $id -o json; done")
        folder(base, meta)
        for target in CRITICAL:
            host, s = setting(target, m)
            name = "%s/%s.json" % (base, target.split("/")[-1])
            if target.endswith("/kv-pay-signing") and m in ("2026-01", "2026-02"):
                put(name, compact({"value": []}), {                # wrong on purpose, mended in March
                    "source": "S25r", "title": "diagnostic settings of kv-pay-signing",
                    "scope": {"kind": "resource", "ids": [target]}, "complete": True, "rows": 0,
                    "request": "GET %s%s/providers/Microsoft.Insights/diagnosticSettings?api-version=2021-05-01-preview" % (ARM, host)})
            elif rest:
                put(name, compact({"value": [s]}))
            else:
                a = {k: v for k, v in as_az(s, group=False).items() if k not in ("identity", "kind", "tags", "location")}
                put(name, pretty([{**a, "resourceGroup": group_of(target).lower(), "type": "Microsoft.Insights/diagnosticSettings"}]))


def auditing(server):
    return {"id": server + "/auditingSettings/Default", "name": "Default", "type": "Microsoft.Sql/servers/auditingSettings",
            "properties": {"state": "Enabled", "retentionDays": 0, "isAzureMonitorTargetEnabled": True, "storageEndpoint": "",
                           "isStorageSecondaryKeyInUse": False, "isManagedIdentityInUse": False,
                           "auditActionsAndGroups": ["SUCCESSFUL_DATABASE_AUTHENTICATION_GROUP",
                                                     "FAILED_DATABASE_AUTHENTICATION_GROUP", "BATCH_COMPLETED_GROUP"]}}


def auditing_as_az(server):
    return {**as_az(auditing(server)), "resourceGroup": group_of(server), "logAnalyticsTargetState": "Enabled",
            "blobStorageTargetState": "Disabled", "eventHubTargetState": "Disabled"}


def sql_auditing():
    """Without the switch a diagnostic setting of the master database has nothing to send."""
    for m in MONTHS:
        base = "inbox/%s/sql-auditing" % m
        rest = m in ("2026-01", "2026-03", "2026-06")
        meta = {"source": "S12sa", "collected_at": z(moment(m, 330)), "exporter": JENS["upn"], "run": DAY[m], "complete": True}
        if rest:
            meta.update(tool=CURL, request="GET %s{serverId}/auditingSettings?api-version=2021-11-01" % ARM)
        else:
            meta.update(tool=AZ, command="for id in $(cat sql.txt); do az sql server audit-policy show --ids $id -o json; done")
        folder(base, meta)
        for target in [t for t in CRITICAL if "/".join(t.split("/")[6:8]) == SQL]:
            name = "%s/%s.json" % (base, target.split("/")[-1])
            if rest:
                put(name, compact({"value": [auditing(target)]}))
            else:
                put(name, pretty(auditing_as_az(target)))


# ---------------------------------------------------------------- activity log (6.6.3 b, S27)

PIPE = {k: guid("deploy-identity", k) for k in SUBS}
EVENTS = []                                   # (time, subscription key, record)


def event(key, t, who, action, target, body=None, status="Succeeded", method="PUT", code="OK", n=0):
    """One operation: the Started row carries the request body, the last row the status code."""
    corr = guid("corr", z(t), action, target)
    sub = SUBS[key]
    caller = PIPE[key] if who is None else who["upn"]
    claims = {"aud": "https://management.core.windows.net/", "ver": "1.0",
              "appid": guid("pipeline-app") if who is None else "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
              "http://schemas.microsoft.com/identity/claims/objectidentifier": PIPE[key] if who is None else who["id"]}
    if who is not None:
        claims["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] = who["upn"]
        claims["name"] = who["name"]
    provider = action.split("/")[0]
    words = action.split("/")[-1]
    for step, (name, st, lag) in enumerate([("BeginRequest", "Started", 0), ("EndRequest", status, 4)]):
        when = t + timedelta(seconds=lag)
        stamp = z7(when, target, name)
        eid = guid("event", z(t), action, target, name)
        props = {"eventCategory": "Administrative", "hierarchy": TENANT + "/" + sub}
        if step == 0 and body is not None:
            props = {"requestbody": json.dumps(body, separators=(",", ":")), **props}
        if step == 1:
            props = {"statusCode": code, "serviceRequestId": guid("request", z(t), target), **props}
        EVENTS.append((when, key, {
            "authorization": {"action": action, "scope": target}, "caller": caller, "claims": claims,
            "correlationId": corr, "description": "", "eventDataId": eid,
            "eventName": {"value": name, "localizedValue": "Begin request" if step == 0 else "End request"},
            "category": {"value": "Administrative", "localizedValue": "Administrative"},
            "httpRequest": {"clientIpAddress": "203.0.113.%d" % (17 + pick(12, caller)), "method": method},
            "id": "%s/events/%s/ticks/%d" % (target, eid, 621355968000000000 + int(when.timestamp()) * 10000000 + int(stamp[20:27])),
            "level": "Informational", "resourceGroupName": group_of(target) if "/resourceGroups/" in target else "",
            "resourceProviderName": {"value": provider}, "resourceId": target,
            "resourceType": {"value": "/".join(action.split("/")[:-1])},
            "operationId": corr, "operationName": {"value": action, "localizedValue": words}, "properties": props,
            "status": {"value": st, "localizedValue": st},
            "subStatus": {"value": "" if step == 0 else code, "localizedValue": ""},
            "eventTimestamp": stamp, "submissionTimestamp": z7(when + timedelta(seconds=70), eid), "subscriptionId": sub, "tenantId": TENANT}))


def rule_body(**r):
    p = dict(rule("", **r)["properties"])
    p.pop("provisioningState")
    return {"properties": p}


def rule_write(key, when, who, target, **r):
    event(key, at(when), who, NSG + "/securityRules/write", "%s/securityRules/%s" % (target, r["name"]), rule_body(**r), code="Created")


def ordinary():
    lukasz, gunnar, slawek = WHO["lukasz.wojcik"], WHO["gunnar.stefansson"], next(p for p in PEOPLE if p["family"] == "Baran")
    for m in ["2025-12"] + MONTHS + ["2026-07"]:
        for k in ALL:
            days = {"2025-12": [31], "2026-07": [1]}.get(m) or [1, 6 + pick(8, m, k, "a"), 17 + pick(8, m, k, "b")]
            for n, d in enumerate(days):
                t = at("%s-%02dT07:00:00Z" % (m, d)) + timedelta(seconds=pick(30000, m, k, str(n)))
                g = of(STORAGE, k)[0].group
                vm = of(VM, k)[pick(len(of(VM, k)), m, k, "vm")]
                step = (n + int(m[5:])) % 4
                if step == 0:
                    event(k, t, None, "Microsoft.Resources/deployments/write",
                          "/subscriptions/%s/resourceGroups/%s/providers/Microsoft.Resources/deployments/release-%s%02d" % (SUBS[k], g, m.replace("-", ""), d), code="Created")
                elif step == 1:
                    event(k, t, gunnar, VM + "/restart/action", vm.id, method="POST", code="Accepted")
                elif step == 2:
                    event(k, t, slawek, "Microsoft.Authorization/roleAssignments/write",
                          "/subscriptions/%s/resourceGroups/%s/providers/Microsoft.Authorization/roleAssignments/%s" % (SUBS[k], g, guid("ra", m, k)),
                          {"properties": {"roleDefinitionId": "/subscriptions/%s/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7" % SUBS[k],
                                          "principalId": guid("group", "readers"), "principalType": "Group"}}, code="Created")
                else:
                    event(k, t, JENS, "Microsoft.Insights/actionGroups/write", of("Microsoft.Insights/actionGroups", k)[0].id,
                          {"location": "global", "properties": {"enabled": True, "groupShortName": "oncall"}})
    # rule changes that open nothing, one in each month
    rule_write("prod", "2026-01-22T10:12:30Z", None, rid("prod", "rg-net-prod", NSG, "nsg-appgw-prod"), name="AllowHttpsInBound", priority=200, access="Allow", ports="443", source="Internet")
    hub = rid("platform", "rg-hub-network", NSG, "nsg-hub-mgmt")
    r = next(x for x in of(NSG) if x.id == hub)
    event("platform", at("2026-02-11T13:05:09Z"), None, NSG + "/write", hub,
          {"location": r.loc, "properties": {"securityRules": [{"name": x["name"], "properties": {a: b for a, b in x["properties"].items() if a != "provisioningState"}} for x in nsg_rules(r)]}})
    rule_write("nonprod", "2026-04-09T08:41:00Z", lukasz, rid("nonprod", "rg-net-nonprod", NSG, "nsg-app-test"), name="AllowNearRdpPorts", priority=210, access="Allow", ports="3390-3399", source="Internet", text="media test ports")
    rule_write("nonprod", "2026-05-07T14:20:18Z", lukasz, rid("nonprod", "rg-net-nonprod", NSG, "nsg-build-test"), name="AllowSshFromCorp", priority=150, access="Allow", ports="22", source="10.0.0.0/8")
    rule_write("prod", "2026-06-10T09:30:44Z", None, rid("prod", "rg-net-prod", NSG, "nsg-app-prod"), name="AllowAppFromGateway", priority=130, access="Allow", ports=["8080", "8443"], source=["10.10.0.0/24"])
    # the one that opened Remote Desktop, and the one that closed it
    rule_write("prod", "2026-03-13T17:22:05Z", gunnar, JUMP, **OPENING)
    event("prod", at("2026-03-18T08:40:51Z"), JENS, NSG + "/securityRules/delete", JUMP + "/securityRules/" + OPENING["name"], method="DELETE", code="OK")
    # Defender: switched off, back on, and rewritten everywhere in the gap of April
    plan = "/subscriptions/%s/providers/Microsoft.Security/pricings/%s"
    for k, when, who, name, tier in [("nonprod", "2026-02-04T15:10:00Z", lukasz, "AppServices", "Free"),
                                     ("nonprod", "2026-03-03T13:20:40Z", JENS, "AppServices", "Standard")] + \
                                    [(k, "2026-04-21T02:00:10Z", None, n, "Standard") for k in ALL for n in ("VirtualMachines", "StorageAccounts")]:
        event(k, at(when), who, "Microsoft.Security/pricings/write", plan % (SUBS[k], name), {"properties": {"pricingTier": tier}})
    event("prod", at("2026-03-04T09:15:00Z"), JENS, "Microsoft.Insights/diagnosticSettings/write",
          CRITICAL[1] + "/providers/Microsoft.Insights/diagnosticSettings/to-central",
          {"properties": {"workspaceId": WORKSPACE, "logs": [{"category": "AuditEvent", "enabled": True}]}})


def activity_log():
    ordinary()
    EVENTS.sort(key=lambda e: (e[0], e[2]["eventDataId"]))
    starts = [at(m + "-01T00:00:00Z") for m in MONTHS] + [at("2026-07-01T00:00:00Z")]
    for i, m in enumerate(MONTHS):
        lo, hi = starts[i] - timedelta(days=2), starts[i + 1] + timedelta(days=1)      # extracts overlap
        got = hi + timedelta(hours=5)
        base = "inbox/%s/activity-log" % m
        folder(base, {"source": "S27", "collected_at": z(got), "describes_from": z(lo), "describes_to": z(hi),
                      "exporter": JENS["upn"], "tool": AZ, "run": z(got)[:10], "complete": True})
        for k in ALL:
            rows = whole([e[2] for e in EVENTS if e[1] == k and lo <= e[0] < hi][::-1])  # newest first
            meta = {"source": "S27", "title": "activity log, %s, %s" % (SUBNAME[k], m), "scope": subscope(k), "rows": len(rows)}
            az = "az monitor activity-log list --subscription %s --start-time %s --end-time %s --max-events 20000 -o json" % (SUBS[k], z(lo), z(hi))
            if m in ("2026-01", "2026-03", "2026-04"):
                url = "%s/subscriptions/%s/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01&$filter=eventTimestamp ge '%s' and eventTimestamp le '%s'" % (ARM, SUBS[k], z(lo), z(hi))
                pages = 2 if k == "prod" else 1
                size = -(-len(rows) // pages)
                for n in range(pages):
                    part = rows[n * size:(n + 1) * size]
                    body, ask = {"value": part}, url
                    if n + 1 < pages:
                        url = url + "&$skipToken=" + digest("al", m, k)[:24]
                        body["nextLink"] = url
                    put("%s/%s%s.json" % (base, k, "-page%d" % (n + 1) if pages > 1 else ""), compact(body),
                        {**meta, "rows": len(part), "collected_at": z(got + timedelta(seconds=n)), "request": "GET " + ask, "tool": CURL})
                continue
            rows = [dict(sorted(e.items())) for e in rows]
            if m in ("2026-02", "2026-06"):
                put("%s/%s.ndjson" % (base, k), ndjson(rows), {**meta, "command": az + " | jq -c '.[]'"})
            else:
                put("%s/%s.json" % (base, k), pretty(rows), {**meta, "command": az})


# ---------------------------------------------------------------- leavers, roster, directory (6.3.1)

LEAVERS = [  # login, terminated_at as HR wrote it, type, disabled at (UTC), how
    ("tomasz.kowalik", "2026-01-30T17:00:00+01:00", "voluntary", "2026-01-30T18:04:12Z", "disable"),
    ("pernille.aagaard", "2026-02-13", "contract end", "2026-02-13T16:20:31Z", "disable"),
    ("oliver.brandt", "2026-03-12T17:00:00+01:00", "involuntary", "2026-03-13T23:04:11Z", "disable"),      # 31 hours
    ("zsofia.kertesz", "2026-03-26T16:30:00+01:00", "voluntary", "2026-03-26T15:48:20Z", "disable"),
    ("baptiste.rouviere", "2026-05-11T18:00:00+02:00", "voluntary", "2026-05-11T13:00:02Z", "disable"),    # before leaving
    ("ingrid.halvorsen", "2026-06-04T17:00:00+02:00", "voluntary", "2026-06-04T17:31:46Z", "delete"),
]
AUDITS = []


def audit(t, activity, target, initiator=None, category="UserManagement", props=(), upn=None, corr=None, op="Update", tail="", caps=False):
    corr = corr or guid("audit", z(t), activity, target["upn"])
    who = initiator or MAREIKE
    if initiator == "scim":
        by = {"user": None, "app": {"appId": None, "displayName": "Contoso HR Provisioning",
                                    "servicePrincipalId": guid("sp", "hr"), "servicePrincipalName": None}}
    else:
        by = {"user": {"id": who["id"], "displayName": who["name"], "userPrincipalName": who["upn"],
                       "ipAddress": "203.0.113.%d" % (17 + pick(12, who["upn"])), "roles": []}, "app": None}
    AUDITS.append((t, {
        "id": "Directory_%s_%s_%d" % (corr, digest("aid", z(t), activity, target["upn"])[:5].upper(), 10000000 + pick(89999999, "aid", z(t), activity, target["upn"])),
        "category": category, "correlationId": corr, "result": "success", "resultReason": "", "activityDisplayName": activity,
        "activityDateTime": z7(t, activity, target["upn"]), "loggedByService": "Core Directory", "operationType": op,
        "initiatedBy": by, "targetResources": [{
            "id": target["id"], "displayName": target.get("name"), ("Type" if caps else "type"): "User",
            "userPrincipalName": upn or target["upn"], "groupType": None,
            "modifiedProperties": [{"displayName": a, "oldValue": b, "newValue": c} for a, b, c in props]}], "additionalDetails": []}))


def switch(t, target, on, initiator=None, caps=False):
    """One click in the portal writes two rows with one correlation id."""
    old, new = ("[false]", "[true]") if on else ("[true]", "[false]")
    corr = guid("switch", z(t), target["upn"])
    audit(t, "Update user", target, initiator, corr=corr, caps=caps,
          props=[("AccountEnabled", old, new), ("Included Updated Properties", None, '"AccountEnabled"'), ("TargetId.UserType", None, '"Member"')])
    audit(t + timedelta(milliseconds=40), "Enable account" if on else "Disable account", target, initiator, corr=corr, caps=caps,
          props=[("AccountEnabled", old, new)])


def removed(t, target, initiator=None):
    audit(t, "Delete user", target, initiator, upn=target["id"].replace("-", "") + target["upn"], op="Delete",
          props=[("Is Hard Deleted", None, '"False"')])


LEAVE = WHO["chidinma.okonjo"]                 # on parental leave: disabled, later enabled again, no leaver


def directory():
    for login, _, _, when, how in LEAVERS:
        p, t = WHO[login], at(when)
        if how == "delete":
            removed(t, p, "scim")
        else:
            switch(t, p, False, "scim" if login == "tomasz.kowalik" else None, caps=login == "pernille.aagaard")
        audit(t + timedelta(seconds=30), "Update StsRefreshTokenValidFrom Timestamp", p, "scim",
              props=[("StsRefreshTokensValidFrom", None, '["%s"]' % z(t + timedelta(seconds=30)))])
        if p["admin"]:
            removed(t + timedelta(minutes=9), dict(id=p["adm_id"], upn=p["admin"], name="Admin " + p["name"]), JENS)
    switch(at("2026-02-02T08:11:00Z"), LEAVE, False)
    switch(at("2026-05-04T06:02:00Z"), LEAVE, True)
    for p in PEOPLE:
        if p["start"] > "2026-01-01":
            audit(at(p["start"] + "T06:30:00Z") - timedelta(days=1), "Add user", p, "scim", op="Add",
                  props=[("AccountEnabled", "[]", "[true]"), ("UserPrincipalName", "[]", '["%s"]' % p["upn"])])
    t, n = at("2025-12-18T09:00:00Z"), 0
    gone = {login: when for login, _, _, when, _ in LEAVERS}
    while t < at("2026-07-03T00:00:00Z"):
        p = PEOPLE[pick(60, "target", str(n))]
        if p["start"] < z(t)[:10] and z(t) < gone.get(p["login"], "2999"):
            activity, op = [("Reset user password", "Update"), ("Update user", "Update"), ("Change user license", "Update"),
                            ("User registered security info", "Update")][n % 4]
            audit(t, activity, p, WHO["wiebke.thomsen"] if n % 4 == 0 else "scim" if n % 2 else p, op=op,
                  props=[("Department", None, '["%s"]' % p["title"])] if activity == "Update user" else [])
        t += timedelta(hours=61 + pick(40, "gap", str(n)))
        n += 1
    AUDITS.sort(key=lambda a: (a[0], a[1]["id"]))


PULLS = ["2026-01-15", "2026-02-09", "2026-03-06", "2026-03-31", "2026-04-25", "2026-05-20", "2026-06-14", "2026-07-03"]


def directory_audits():
    directory()
    for n, day in enumerate(PULLS):            # 30 days of retention, a pull every 25 days: no day is lost
        got = at(day + "T05:30:00Z")
        lo = got - timedelta(days=30)
        rows = whole([a[1] for a in AUDITS if lo <= a[0] < got][::-1])
        base = "inbox/%s/entra" % (day[:7] if day < "2026-07" else "2026-07")
        url = "%s/auditLogs/directoryAudits?$filter=activityDateTime ge %s and activityDateTime lt %s" % (GRAPH, z(lo), z(got))
        pages = 2 if n in (2, 5) else 1
        size = -(-len(rows) // pages)
        for k in range(pages):
            part, ask = rows[k * size:(k + 1) * size], url
            body = {"@odata.context": GRAPH + "/$metadata#auditLogs/directoryAudits"}
            if k + 1 < pages:
                url = "%s&$skiptoken=%s_%d" % (url, digest("skip", day)[:32], k + 1)
                body["@odata.nextLink"] = url
            body["value"] = part
            put("%s/directory-audits-%s%s.json" % (base, day, "-page%d" % (k + 1) if pages > 1 else ""),
                pretty(body) if n == 3 else compact(body),
                {"source": "S58", "title": "directory audit log, pulled " + day, "scope": {"kind": "tenant", "ids": [TENANT]},
                 "collected_at": z(got + timedelta(seconds=k)), "describes_from": z(lo), "describes_to": z(got), "run": day,
                 "request": "GET " + ask, "exporter": JENS["upn"], "tool": AZ if n == 3 else CURL, "rows": len(part)})


def users():
    sel = "id,displayName,userPrincipalName,accountEnabled,userType,createdDateTime,employeeId,signInSessionsValidFromDateTime,signInActivity"
    when_off = {login: (when, how) for login, _, _, when, how in LEAVERS}
    for m in MONTHS:
        t, rows = moment(m, 600), []
        for p in PEOPLE:
            if p["start"] >= z(t)[:10]:
                continue
            off, how = when_off.get(p["login"], ("2999", ""))
            out = off < z(t)
            for upn, oid, name in [(p["upn"], p["id"], p["name"]), (p["admin"], p["adm_id"], "Admin " + p["name"])]:
                if not upn or (out and (how == "delete" or upn == p["admin"])):
                    continue
                on = not out and not (p is LEAVE and at("2026-02-02T08:11:00Z") < t < at("2026-05-04T06:02:00Z"))
                last = (at(off) if out else t) - timedelta(minutes=400 + pick(6000, m, upn))
                if p is LEAVE and not on:
                    last = at("2026-01-30T14:00:00Z")
                rows.append({"id": oid, "displayName": name, "userPrincipalName": upn,
                             "accountEnabled": on, "userType": "Member", "createdDateTime": p["start"] + "T07:00:00Z", "employeeId": p["no"],
                             "signInSessionsValidFromDateTime": z(at(off) + timedelta(seconds=30)) if out else p["start"] + "T07:00:00Z",
                             "signInActivity": {"lastSignInDateTime": z(last), "lastSuccessfulSignInDateTime": z(last)}})
        for n, upn in enumerate(BREAKGLASS):
            rows.append({"id": guid("user", upn), "displayName": "Break glass %d" % (n + 1), "userPrincipalName": upn,
                         "accountEnabled": True, "userType": "Member", "createdDateTime": "2020-01-07T09:00:00Z", "employeeId": None,
                         "signInSessionsValidFromDateTime": "2020-01-07T09:00:00Z"})
        rows.append({"id": guid("user", "guest"), "displayName": "R. Castellane (external counsel)",
                     "userPrincipalName": "castellane_lawfirm.example#EXT#@" + DOMAIN, "accountEnabled": True,
                     "userType": "Guest", "createdDateTime": "2024-10-02T10:00:00Z", "employeeId": None,
                     "signInSessionsValidFromDateTime": "2024-10-02T10:00:00Z"})
        whole(rows)
        url, base = "%s/users?$select=%s&$top=999" % (GRAPH, sel), "inbox/%s/entra" % m
        folder(base, {"collected_at": z(t), "exporter": JENS["upn"], "tool": CURL, "run": DAY[m]})
        pages = 2 if m in ("2026-01", "2026-05") else 1
        size = -(-len(rows) // pages)
        for k in range(pages):
            body, ask = {"@odata.context": "%s/$metadata#users(%s)" % (GRAPH, sel)}, url
            if k + 1 < pages:
                url = url + "&$skiptoken=" + digest("users", m)[:40]
                body["@odata.nextLink"] = url
            body["value"] = part = rows[k * size:(k + 1) * size]
            put("%s/users%s.json" % (base, "-page%d" % (k + 1) if pages > 1 else ""),
                json.dumps(body, separators=(",", ":")).encode() if m == "2026-03" else compact(body),
                {"source": "S53", "title": "users, " + m, "scope": {"kind": "tenant", "ids": [TENANT]}, "collected_at": z(t + timedelta(seconds=k)),
                 "request": "GET " + ask, "rows": len(part)})


def hr():
    lo, hi = "2025-12-31T23:00:00Z", "2026-06-30T22:00:00Z"     # the period in Europe/Berlin
    rows = []
    for login, left, why, when, _ in LEAVERS:
        p = WHO[login]
        reported = {"oliver.brandt": "2026-03-13T19:40:00+01:00"}.get(login, left[:10] + "T09:00:00" + ("+02:00" if left > "2026-04" else "+01:00"))
        rows.append([p["no"], p["upn"], left, why, "Europe/Berlin", p["admin"], reported])
    data = table(["employee_id", "upn", "terminated_at", "type", "time_zone", "other_accounts", "reported_at"], rows, bom=True, eol="\r\n")
    sha = hashlib.sha256(data).hexdigest()
    common = {"scope": {"kind": "tenant", "ids": [TENANT]}, "collected_at": "2026-07-02T08:00:00Z", "describes_from": lo, "describes_to": hi,
              "exporter": MAREIKE["upn"], "tool": "HR suite report 'Bindery exports'", "complete": True}
    put("inbox/hr/leavers-2026-H1.csv", data, {
        "source": "csv:leavers", "title": "Leavers, first half of 2026", **common, "rows": len(rows), "command": "report leavers from 2026-01-01 to 2026-06-30",
        **signed(sha, "compared with payroll run of June; six leavers, every second account named", "2026-07-02T08:20:00Z", "2026-07-03T09:10:00Z", MAREIKE, XENIA)})
    rows = []
    for p in PEOPLE:
        rows.append([p["no"], p["upn"], p["kind"], "" if p["login"] == "henrike.vogt" else "C1001" if p["title"].startswith(("Head", "Chief")) else "C%04d" % (1002 + pick(6, "mgr", p["no"])),
                     p["title"], p["country"], p["start"], p["end"], p["access"], (max(p["start"], "2026-01-12") if p["end"] != "2026-01-30" else "2025-01-14"),
                     p["start"], "" if p["start"] > "2025-12" else "2025-12-%02d" % (1 + pick(18, "perf", p["no"]))])
    data = table(["employee_id", "upn", "person_type", "manager_id", "job_title", "country", "start_date", "end_date", "customer_data_access",
                  "code_acknowledged_at", "nda_signed_at", "last_performance_review_at"], rows)
    sha = hashlib.sha256(data).hexdigest()
    put("inbox/hr/roster-2026-H1.csv", data, {
        "source": "csv:roster", "title": "Roster of staff and contractors, first half of 2026", **common, "rows": len(rows),
        "command": "report roster active from 2026-01-01 to 2026-06-30",
        **signed(sha, "head count agrees with payroll and the contractor register", "2026-07-02T08:25:00Z", "2026-07-03T09:25:00Z", MAREIKE, XENIA)})


# ---------------------------------------------------------------- documents

def pdf(title, pages):
    """A small PDF 1.4: one font, plain text, no date."""
    objs = ["<< /Type /Catalog /Pages 2 0 R >>", None, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    kids = []
    for lines in pages:
        text = "BT /F1 11 Tf 15 TL 64 770 Td\n"
        for n, line in enumerate(lines):
            size = 16 if n == 0 else 12 if line.endswith(":") and line[:1].isdigit() else 11
            text += "/F1 %d Tf (%s) Tj T*\n" % (size, line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)"))
        text += "ET"
        objs.append("<< /Length %d >>\nstream\n%s\nendstream" % (len(text.encode("cp1252")), text))
        objs.append("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % len(objs))
        kids.append("%d 0 R" % len(objs))
    objs[1] = "<< /Type /Pages /Kids [%s] /Count %d >>" % (" ".join(kids), len(kids))
    objs.append("<< /Title (%s) /Author (Contoso Ltd) >>" % title)
    out, where = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for n, o in enumerate(objs):
        where.append(len(out))
        out += ("%d 0 obj\n%s\nendobj\n" % (n + 1, o)).encode("cp1252")
    start = len(out)
    out += ("xref\n0 %d\n0000000000 65535 f \n" % (len(objs) + 1)).encode()
    out += b"".join(b"%010d 00000 n \n" % w for w in where)
    ident = hashlib.sha256(out).hexdigest()[:32]
    out += ("trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n" % (len(objs) + 1, len(objs), ident, ident, start)).encode()
    return out


POLICY_32 = """# Information Security Policy

Contoso Ltd · version 3.2 · approved by Henrike Vogt, Chief Executive Officer, on 20 November 2025 · in force from 1 December 2025

## 1. Why we have it
Contoso Pay moves other people's money. This policy says what everybody at Contoso Ltd, employed or contracted, does to keep
the data of payers and merchants secret, correct and at hand.

## 2. Who answers for it
The chief executive approves this policy and reviews it every year. The chief information security officer keeps it. Each
team lead answers for the systems of the team.

## 3. What we do
1. Access is given for a task, to a named person, with a second factor, and taken back within 24 hours of leaving.
2. Production changes come from reviewed code. Hand-made changes are exceptions, written down and undone.
3. Data is encrypted on the way and at rest. Storage accepts encrypted transport only; exceptions are approved one by one.
4. No admin port is reachable from the internet.
5. Logs of critical services go to the central workspace and are kept for a year.
6. Weaknesses are rated and mended by their date. Incidents are reported the hour they are seen.
7. Suppliers are assessed before they receive data, and once a year after that.

## 4. When it is broken
Tell the security lead. Mistakes reported early have no consequence for the person who reports them.
"""

BCP = """# Business continuity plan, Contoso Pay

Contoso Ltd · version 2.1 · approved by Dominik Ahrens, Chief Information Security Officer, on 9 October 2025

Recovery time objective: 4 hours. Recovery point objective: 15 minutes.

1. Who decides: the engineering lead on call, then the chief executive.
2. Loss of a zone: zone-redundant services carry on; check the queue depth, tell the support lead.
3. Loss of the region: fail the ledger database over to the paired region, start the standby apps from the release in force.
4. Loss of the directory: use the break-glass accounts, record each use.
5. Words for merchants: the support lead sends the first notice within 60 minutes.
6. Exercise: once a year, with a written record of times reached.
"""


def documents():
    ceo = {"approved_by": "Henrike Vogt", "approver_role": "Chief Executive Officer", "approver_is_management": True}
    base = {"source": "doc", "requirements": ["1.1a"], "exporter": XENIA["upn"]}
    a = POLICY_32.encode()
    put("inbox/policies/information-security-policy-3.2.md", a, {
        **base, "title": "Information Security Policy 3.2", "collected_at": "2026-01-12T09:30:00Z",
        **signed(hashlib.sha256(a).hexdigest(), "text agrees with the signed original in the policy register", "2026-01-12T09:30:00Z", "2026-01-13T13:05:00Z"),
        "document": {"type": "information-security-policy", "title": "Information Security Policy", "version": "3.2", **ceo,
                     "approved_on": "2025-11-20", "in_force_from": "2025-12-01", "in_force_to": "2026-04-10"}})
    b = pdf("Information Security Policy 4.0", [
        ["Information Security Policy", "", "Contoso Ltd, version 4.0", "Approved by Henrike Vogt, Chief Executive Officer, on 1 April 2026",
         "In force from 10 April 2026; replaces version 3.2", "", "1. Purpose:", "Contoso Pay moves other people's money. This policy says what everybody",
         "at Contoso Ltd, employed or contracted, does to keep the data of payers", "and merchants secret, correct and at hand.", "",
         "2. Responsibility:", "The chief executive approves this policy and reviews it every year.",
         "The chief information security officer keeps it.", "Each team lead answers for the systems of the team.", "",
         "3. Changes since version 3.2:", "Rule 4 now names Remote Desktop and SSH, and asks for an automatic alarm.",
         "Rule 5 asks for a weekly look at services that send no logs.", "Rule 8 is new."],
        ["Rules", "", "1. Access is given for a task, to a named person, with a second factor,", "   and taken back within 24 hours of leaving.",
         "2. Production changes come from reviewed code. Hand-made changes are", "   exceptions, written down and undone.",
         "3. Data is encrypted on the way and at rest. Storage accepts encrypted", "   transport only; exceptions are approved one by one.",
         "4. No admin port (SSH, Remote Desktop) is reachable from the internet;", "   a change that opens one raises an alarm.",
         "5. Logs of critical services go to the central workspace, are kept for a", "   year, and gaps are looked for every week.",
         "6. Weaknesses are rated and mended by their date. Incidents are reported", "   the hour they are seen.",
         "7. Suppliers are assessed before they receive data, and every year.", "8. Keys that sign payments live in hardware and are used by two people.", "",
         "Breaches are told to the security lead. Mistakes reported early have no", "consequence for the person who reports them."]])
    put("inbox/policies/information-security-policy-4.0.pdf", b, {
        **base, "title": "Information Security Policy 4.0", "collected_at": "2026-04-09T10:00:00Z",
        **signed(hashlib.sha256(b).hexdigest(), "text agrees with the signed original in the policy register", "2026-04-09T10:00:00Z", "2026-04-09T15:42:00Z"),
        "document": {"type": "information-security-policy", "title": "Information Security Policy", "version": "4.0", **ceo,
                     "approved_on": "2026-04-01", "in_force_from": "2026-04-10", "in_force_to": None}})
    c = BCP.encode()
    put("inbox/policies/business-continuity-plan-2.1.md", c)
    put("inbox/register.csv", table(
        "file,title,document_type,version,approved_by,approver_role,approver_is_management,approved_on,in_force_from,in_force_to,carried_out_on,requirements,prepared_by,prepared_role,prepared_at,reviewed_by,reviewed_role,reviewed_at,reviewed_checked,reviewed_sha256".split(","),
        [["policies/business-continuity-plan-2.1.md", "Business continuity plan, Contoso Pay", "business-continuity-plan", "2.1", "Dominik Ahrens",
          "Chief Information Security Officer", "true", "2025-10-09", "2025-10-15", "", "", "9.4a", XENIA["name"], XENIA["title"], "2026-01-12T09:40:00Z",
          YULIA["name"], YULIA["title"], "2026-01-13T13:20:00Z", "text agrees with the policy register", hashlib.sha256(c).hexdigest()]]))


def vendors():
    """Reports by reference: in the place of each stands a line of our own, for a vendor's report is not ours to pass on."""
    def paper(name, text, title, kind, at, report, **document):
        data = text.encode()
        put("inbox/vendors/" + name, data, {
            "source": "doc", "title": title, "collected_at": at, "exporter": XENIA["upn"],
            **signed(hashlib.sha256(data).hexdigest(), "cover, period, auditor and opinion agree with the portal's page", at, at[:11] + "15:30:00Z"),
            "document": {"type": kind, "title": title, "report": report, **document}})

    def stand_in(what, vendor):
        return "In the place of this file stands %s of %s.\nThe sample carries no paper of a vendor; period, auditor and opinion are invented.\n" % (what, vendor)
    azure = {"vendor": "Microsoft Corporation", "report_type": "SOC 2 Type 2", "auditor": "Example Audit LLP", "document_id": "EXAMPLE-SOC2-2026-03", "retrieved_by": XENIA["name"]}
    paper("azure-soc2-type2-2026-03.txt", stand_in("a SOC 2 Type 2 report on Azure", "Microsoft Corporation"), "Azure SOC 2 Type 2 report, April 2025 to March 2026", "vendor-report",
          "2026-05-20T09:00:00Z", {**azure, "opinion": "unqualified", "period_from": "2025-04-01", "period_to": "2026-03-31", "issued_on": "2026-05-12", "retrieved_on": "2026-05-20", "cuecs": [
              {"id": "C-01", "text": "Customers keep the accounts of their users current.", "status": "mapped", "controls": ["4.5", "6.3.1"]},
              {"id": "C-02", "text": "Customers restrict network access to what they run.", "status": "mapped", "controls": ["6.6.1", "6.6.3"]},
              {"id": "C-03", "text": "Customers choose redundancy and test their recovery.", "status": "mapped", "controls": ["9.3", "9.4"]},
              {"id": "C-04", "text": "Customers protect their own server rooms.", "status": "not applicable", "reason": "Contoso Pay runs in Azure alone"},
              {"id": "C-05", "text": "Customers tell the vendor whom to call about incidents.", "status": "unmapped"}]}, carried_out_on="2026-05-20",
          states=["physical-entry-tests-mapped", "physical-entry-exceptions-assessed", "environment-tests-mapped"])
    paper("azure-bridge-letter-2026-06.txt", stand_in("a letter about April to June 2026", "Microsoft Corporation"), "Azure bridge letter, April to June 2026", "vendor-bridge-letter",
          "2026-07-07T09:00:00Z", {"vendor": "Microsoft Corporation", "issued_by": "Microsoft Corporation", "issued_on": "2026-07-06", "period_from": "2026-04-01", "period_to": "2026-06-30"})
    paper("azure-soc2-review-2026.md", "# Review of the Azure SOC 2 Type 2 report\n\nOpinion: unqualified. Two exceptions, both closed before the end of the report's period;\n"
          "neither touches a service that Contoso Pay uses. User-entity controls: four answered, C-05 is open.\n", "Review of the Azure SOC 2 Type 2 report", "vendor-report-review",
          "2026-06-09T08:30:00Z", {"vendor": "Microsoft Corporation", "opinion": "unqualified", "retrieved_on": "2026-05-20"}, carried_out_on="2026-06-09", states=["exceptions-assessed"])
    paper("harbourline-soc2-type2-2025.txt", stand_in("a SOC 2 Type 2 report", "Harbourline Mail GmbH"), "Harbourline Mail SOC 2 Type 2 report, 2025", "vendor-report",
          "2026-03-04T10:00:00Z", {"vendor": "Harbourline Mail GmbH", "report_type": "SOC 2 Type 2", "auditor": "Sample & Partner", "document_id": "HM-2025", "opinion": "unqualified", "period_from": "2025-01-01",
                                   "period_to": "2025-12-31", "issued_on": "2026-02-27", "retrieved_by": XENIA["name"], "retrieved_on": "2026-03-04"}, carried_out_on="2026-03-04")


# ---------------------------------------------------------------- evidence of controls that have no check yet

# ---------------------------------------------------------------- a workbook

def x(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def serial(day):                               # days of the 1900 system, right from March 1900 on
    return (datetime.strptime(day, "%Y-%m-%d") - datetime(1899, 12, 30)).days


class Sheet:
    """Rows of cells: a str is shared text, an int a number, ("date", day), None nothing."""

    def __init__(self, name, rows, merges=()):
        self.name, self.rows, self.merges = name, rows, merges

    def cell(self, ref, value, strings):
        if isinstance(value, tuple):
            return '<c r="%s" s="1"><v>%d</v></c>' % (ref, serial(value[1]))
        if isinstance(value, int):
            return '<c r="%s"><v>%d</v></c>' % (ref, value)
        return '<c r="%s" t="s"><v>%d</v></c>' % (ref, strings.setdefault(value, len(strings)))

    def xml(self, strings):
        out = []
        for r, row in enumerate(self.rows, 1):
            cells = [self.cell("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[c] + str(r), v, strings)
                     for c, v in enumerate(row) if v is not None]
            out += ['<row r="%d">%s</row>' % (r, "".join(cells))] if cells else []
        merged = "".join('<mergeCell ref="%s"/>' % m for m in self.merges)
        return ('<worksheet xmlns="%s"><sheetData>%s</sheetData>%s</worksheet>' % (
            SHEETML, "".join(out), "<mergeCells>%s</mergeCells>" % merged if merged else "")).encode()


SHEETML = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCREL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
SHEETTYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."


def relations(rows):
    return ('<Relationships xmlns="%srelationships">%s</Relationships>' % (PACKAGE, "".join(
        '<Relationship Id="rId%d" Type="%s/%s" Target="%s"/>' % (n, DOCREL, kind, target)
        for n, (kind, target) in enumerate(rows, 1)))).encode()


def workbook(sheets):
    """Stored, not deflated: the bytes must not hang on the version of zlib."""
    strings = {}
    parts = {"xl/worksheets/sheet%d.xml" % n: s.xml(strings) for n, s in enumerate(sheets, 1)}
    names = [("worksheet", "worksheets/sheet%d.xml" % n) for n in range(1, len(sheets) + 1)]
    parts["_rels/.rels"] = relations([("officeDocument", "xl/workbook.xml")])
    parts["xl/_rels/workbook.xml.rels"] = relations(names + [("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")])
    parts["xl/workbook.xml"] = ('<workbook xmlns="%s" xmlns:r="%s"><sheets>%s</sheets></workbook>' % (SHEETML, DOCREL, "".join(
        '<sheet name="%s" sheetId="%d" r:id="rId%d"/>' % (x(s.name), n, n) for n, s in enumerate(sheets, 1)))).encode()
    parts["xl/styles.xml"] = ('<styleSheet xmlns="%s"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>'
                              '</cellXfs></styleSheet>' % SHEETML).encode()
    parts["xl/sharedStrings.xml"] = ('<sst xmlns="%s">%s</sst>' % (SHEETML, "".join("<si><t>%s</t></si>" % x(t) for t in strings))).encode()
    types = [("/xl/workbook.xml", "sheet.main+xml"), ("/xl/styles.xml", "styles+xml"), ("/xl/sharedStrings.xml", "sharedStrings+xml")]
    types += [("/xl/" + target, "worksheet+xml") for _, target in names]
    parts["[Content_Types].xml"] = ('<Types xmlns="%scontent-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
                                    'package.relationships+xml"/>%s</Types>' % (PACKAGE, "".join(
                                        '<Override PartName="%s" ContentType="%s%s"/>' % (n, SHEETTYPE, t) for n, t in types))).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as z_:
        for name in sorted(parts):
            z_.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + parts[name])
    return out.getvalue()


SOC2 = "4054785f-702b-4a98-9215-009cbd58b141"
SOC2023 = "53ad89f5-8542-49e9-ba81-1cbd686e0d52"


def policy_states():
    """What Azure Policy says of the storage accounts of contoso-prod, and the tenant's own secure score."""
    k, rows = "prod", []
    scope = "/subscriptions/" + SUBS[k]
    evaluated = moment("2026-06") - timedelta(hours=7)

    def state(resource, kind, policy, reference, initiative, groups, says, action="audit"):
        rows.append({"complianceState": says, "isCompliant": says == "Compliant", "policyAssignmentId": scope + "/providers/microsoft.authorization/policyassignments/" + initiative[:8],
                     "policyAssignmentName": initiative[:8], "policyAssignmentScope": scope, "policyDefinitionAction": action, "policyDefinitionGroupNames": groups,
                     "policyDefinitionId": "/providers/microsoft.authorization/policydefinitions/" + policy, "policyDefinitionName": policy, "policyDefinitionReferenceId": reference,
                     "policySetDefinitionId": "/providers/microsoft.authorization/policysetdefinitions/" + initiative, "policySetDefinitionName": initiative, "resourceGroup": None,
                     "resourceId": resource, "resourceType": kind, "subscriptionId": SUBS[k], "timestamp": evaluated.strftime("%Y-%m-%dT%H:%M:%S") + ".442711+00:00"})
    accounts = of(STORAGE, k)
    for n, r in enumerate(accounts):
        nfs = bool(r.more.get("nfs"))
        # The second account was corrected after the last evaluation; the exemption is that of the NFS share.
        says = "Exempt" if nfs else "NonCompliant" if n == 1 else "Compliant"
        state(r.id, STORAGE, "404c3081-a854-4457-ae30-26a93ef643f9", "SecureTransferToStorageAccounts", SOC2,
              ["SOC_2_CC6.1", "SOC_2_CC6.6", "SOC_2_CC6.7"], says)
        state(r.id, STORAGE, "4fa4b6c0-31ca-4c0d-b10d-24b96f62a751", "StorageAccountPublicAccess", SOC2023,
              ["SOC_2023_CC6.1", "SOC_2023_CC.5.3", "SOC_2023_CM_8b"], "Compliant")
    for policy, reference, groups, says in [("e714b481-8fac-64a2-14a9-6f079b2501a4", "UsePrivilegedIdentityManagement", ["SOC_2_CC6.3"], "Compliant"),
                                            ("55a7f9a0-6397-7589-05ef-5ed59a8149e7", "ControlPhysicalAccess", ["SOC_2_C1.1", "SOC_2_CC6.1", "SOC_2_CC6.4"], "Unknown")]:
        state(scope, "Microsoft.Resources/subscriptions", policy, reference, SOC2, groups, says, "manual")
    put("inbox/2026-06/policy-states-prod.json", pretty(rows), {
        "source": "S09", "title": "policy states, contoso-prod", "scope": subscope(k), "collected_at": z(moment("2026-06", 280)), "complete": True, "rows": len(rows),
        "command": "az policy state list --all --subscription %s -o json" % SUBS[k]})
    scores = [{"id": "%s_2026-06-%02d" % (TENANT, day), "azureTenantId": TENANT, "activeUserCount": 54, "createdDateTime": "2026-06-%02dT00:00:00Z" % day,
               "currentScore": current, "maxScore": 412.0, "licensedUserCount": 60,
               "vendorInformation": {"provider": "SecureScore", "providerVersion": None, "subProvider": None, "vendor": "Microsoft"}}
              for day, current in ((15, 287.5), (14, 284.5))]
    put("inbox/2026-06/microsoft-secure-score.json", compact({"@odata.context": GRAPH + "/$metadata#Security/secureScores", "value": scores}), {
        "source": "S62", "title": "Microsoft Secure Score", "scope": {"kind": "tenant", "ids": [TENANT]}, "collected_at": z(moment("2026-06", 290)),
        "request": "GET " + GRAPH + "/security/secureScores", "tool": CURL})


def compliance_manager():
    """Purview's "Export actions": the names of the two sheets are published, the columns of the second are not."""
    actions = [("Require multi-factor authentication for all users", "Technical", "Implemented", "2026-01-20", "Passed", 27, 27),
               ("Block legacy authentication", "Technical", "Implemented", "2026-01-20", "Passed", 27, 27),
               ("Review administrator roles every quarter", "Operational", "Implemented", "2026-04-01", "Passed", 9, 9),
               ("Enable audit log search", "Technical", "Implemented", "2025-11-12", "Passed", 27, 27),
               ("Label confidential documents", "Technical", "Planned", None, "None", 0, 27),
               ("Keep a register of suppliers", "Documentation", "Implemented", "2026-02-11", "To be detected", 0, 3),
               ("Train staff in security every year", "Operational", "Implemented", "2026-03-30", "Passed", 9, 9),
               ("Test restoring from backup", "Operational", "Not implemented", None, "None", 0, 9)]
    header = ["Action title", "Implementation type", "Implementation status", "Implementation date", "Test status", "Points achieved", "Points possible",
              "Assigned to", "Notes"]
    rows = [["Improvement actions"], header]
    for title, kind, status, day, tested, got, most in actions:
        rows.append([title, kind, status, ("date", day) if day else None, tested, got, most, YULIA["upn"], None])
    data = workbook([Sheet("How to update actions", [["Change the cells of the sheet Action Update and upload the file again."]]),
                     Sheet("Action Update", rows, ["A1:I1"])])
    put("inbox/2026-06/purview-improvement-actions.xlsx", data, {
        "source": "S61", "title": "Compliance Manager, improvement actions of the SOC 2 assessment", "scope": {"kind": "tenant", "ids": [TENANT]},
        "collected_at": "2026-06-15T07:30:00Z", "complete": True, "rows": len(actions),
        "command": "portal: Microsoft Purview, Compliance Manager, Improvement actions, Export actions", "exporter": YULIA["upn"], "tool": "Microsoft Purview portal",
        **signed(hashlib.sha256(data).hexdigest(), "eight actions, as many as the portal lists", "2026-06-15T08:00:00Z", "2026-06-16T09:00:00Z", YULIA, XENIA)})


def others():
    # Conditional Access
    for m in ("2026-01", "2026-06"):
        rows = []
        for name, state, users_, grant in [
                ("CA001 MFA for all users", "enabled", {"includeUsers": ["All"], "excludeGroups": [guid("group", "breakglass")]},
                 {"operator": "OR", "builtInControls": ["mfa"]}),
                ("CA002 Phishing-resistant MFA for administrators", "enabled", {"includeRoles": ["62e90394-69f5-4237-9190-012177145e10"]},
                 {"operator": "OR", "builtInControls": [], "authenticationStrength": {"id": "00000000-0000-0000-0000-000000000004", "displayName": "Phishing-resistant MFA",
                                                                                     "allowedCombinations": ["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"]}}),
                ("CA003 Block legacy authentication", "enabled", {"includeUsers": ["All"]}, {"operator": "OR", "builtInControls": ["block"]}),
                ("CA004 Managed device for finance", "enabledForReportingButNotEnforced", {"includeGroups": [guid("group", "finance")]},
                 {"operator": "OR", "builtInControls": ["compliantDevice"]})]:
            rows.append({"id": guid("ca", name), "displayName": name, "createdDateTime": "2024-02-06T10:00:00Z", "modifiedDateTime": None, "state": state,
                         "conditions": {"signInRiskLevels": [], "userRiskLevels": [], "clientAppTypes": ["exchangeActiveSync", "other"] if "legacy" in name else ["all"],
                                        "platforms": None, "locations": None, "devices": None,
                                        "applications": {"includeApplications": ["All"], "excludeApplications": [], "includeUserActions": []},
                                        "users": {**{k: [] for k in ("includeUsers", "excludeUsers", "includeGroups", "excludeGroups", "includeRoles", "excludeRoles")}, **users_}},
                         "grantControls": {"customAuthenticationFactors": [], "termsOfUse": [], **grant}, "sessionControls": None})
        put("inbox/%s/entra/conditional-access-policies.json" % m, compact({"@odata.context": GRAPH + "/$metadata#identity/conditionalAccess/policies", "value": rows}),
            {"source": "S45", "title": "Conditional Access policies", "scope": {"kind": "tenant", "ids": [TENANT]}, "collected_at": z(moment(m, 700)),
             "request": "GET %s/identity/conditionalAccess/policies" % GRAPH})
    # access reviews: the definition from Graph, the decisions as the portal's CSV
    series = guid("review", "ga")
    put("inbox/2026-04/entra/access-review-definitions.json", compact({
        "@odata.context": GRAPH + "/$metadata#identityGovernance/accessReviews/definitions", "@odata.count": 1, "value": [{
            "id": series, "displayName": "Quarterly review of Global Administrators", "createdDateTime": "2025-01-08T10:11:12.3456789Z", "status": "InProgress",
            "scope": {"@odata.type": "#microsoft.graph.principalResourceMembershipsScope",
                      "principalScopes": [{"@odata.type": "#microsoft.graph.accessReviewQueryScope", "query": "/v1.0/users", "queryType": "MicrosoftGraph"}],
                      "resourceScopes": [{"@odata.type": "#microsoft.graph.accessReviewQueryScope", "queryType": "MicrosoftGraph",
                                          "query": "/v1.0/roleManagement/directory/roleDefinitions/62e90394-69f5-4237-9190-012177145e10"}]},
            "reviewers": [{"query": "/v1.0/users/" + YULIA["id"], "queryType": "MicrosoftGraph", "queryRoot": None}],
            "settings": {"mailNotificationsEnabled": True, "justificationRequiredOnApproval": True, "defaultDecisionEnabled": False, "defaultDecision": "None",
                         "instanceDurationInDays": 14, "autoApplyDecisionsEnabled": True, "recommendationsEnabled": True,
                         "recurrence": {"pattern": {"type": "absoluteMonthly", "interval": 3, "dayOfMonth": 1}, "range": {"type": "noEnd", "startDate": "2025-01-08"}}}}]}),
        {"source": "S50", "title": "access review definitions", "scope": {"kind": "tenant", "ids": [TENANT]}, "collected_at": z(moment("2026-04", 720)),
         "request": "GET %s/identityGovernance/accessReviews/definitions?$top=100" % GRAPH})
    header = "AccessReviewId,AccessReviewSeriesId,ReviewType,ResourceDisplayName,ResourceId,ReviewName,CreatedDateTime,ReviewStartDate,ReviewEndDate,ReviewStatus,OwnerId,OwnerName,OwnerUPN,PrincipalId,PrincipalName,PrincipalUPN,PrincipalType,ReviewDate,ReviewResult,Justification,ReviewerId,ReviewerName,ReviewerUPN,ReviewerEmailAddress,AppliedByName,AppliedByUPN,AppliedByEmailAddress,AppliedDate,AccessRecommendation,SubmissionResult".split(",")
    rows = []
    for p, say, why in [(JENS, "Approve", "platform lead, on call"), (WHO["lukasz.wojcik"], "Approve", "deputy, \"second pair of eyes\""),
                        (WHO["zsofia.kertesz"], "Deny", "leaves at the end of March,\nrole not needed until then")]:
        rows.append([guid("review", "ga", "q1"), series, "Entra role", "Global Administrator", "62e90394-69f5-4237-9190-012177145e10",
                     "Quarterly review of Global Administrators", "2025-01-08T10:11:12Z", "2026-03-01T00:00:00Z", "2026-03-15T00:00:00Z", "Applied",
                     JENS["id"], JENS["name"], JENS["upn"], p["adm_id"], "Admin " + p["name"], p["admin"], "user", "2026-03-09T14:2%d:00Z" % len(rows), say, why,
                     YULIA["id"], YULIA["name"], YULIA["upn"], YULIA["upn"], "Azure AD", "", "", "2026-03-15T00:21:00Z", "Approve" if say == "Approve" else "Deny", "applied"])
    data = table(header, rows, bom=True, eol="\r\n")
    put("inbox/2026-04/entra/access-review-history-2026-Q1.csv", data, {
        "source": "S50", "title": "Access review history, first quarter", "scope": {"kind": "tenant", "ids": [TENANT]}, "collected_at": "2026-04-02T08:00:00Z",
        "describes_from": "2026-01-01T00:00:00Z", "describes_to": "2026-04-01T00:00:00Z", "complete": True, "rows": len(rows),
        "command": "portal: Identity Governance, Access reviews, Review history, filter Entra roles, Download", "exporter": YULIA["upn"], "tool": "Microsoft Entra admin center",
        **signed(hashlib.sha256(data).hexdigest(), "counted against the list of Global Administrators", "2026-04-02T08:05:00Z", "2026-04-03T10:00:00Z", YULIA, XENIA)})
    # role assignments, secure scores, Sentinel rules, a portal CSV of machines, public addresses as columns and rows
    reader, contributor = "acdd72a7-3385-48ef-bd42-f606fba81ae7", "b24988ac-6180-42a0-ab88-20f7382dd24c"

    def assignments(k):
        scope = "/subscriptions/" + SUBS[k]
        out = []
        for who, kind, role, rname, where in [("readers", "Group", reader, "Reader", scope), ("platform", "Group", contributor, "Contributor", scope + "/resourceGroups/" + of(STORAGE, k)[0].group),
                                              ("deploy", "ServicePrincipal", contributor, "Contributor", scope)]:
            g = guid("assignment", k, who)
            out.append({"condition": None, "createdOn": "2024-05-14T08:30:00.123456+00:00", "id": where + "/providers/Microsoft.Authorization/roleAssignments/" + g, "name": g,
                        "principalId": PIPE[k] if who == "deploy" else guid("group", who), "principalName": "grp-" + who if kind == "Group" else guid("pipeline-app"), "principalType": kind,
                        "roleDefinitionId": scope + "/providers/Microsoft.Authorization/roleDefinitions/" + role, "roleDefinitionName": rname, "scope": where,
                        "type": "Microsoft.Authorization/roleAssignments"})
        return out
    for k in ALL:
        for m in ("2026-02", "2026-05"):
            if (m, k) == ("2026-05", "nonprod"):
                whole_file = pretty(assignments(k))          # the download that broke off
                put("inbox/2026-05/role-assignments-nonprod.json", whole_file[:len(whole_file) * 2 // 3], {
                    "source": "S05", "title": "role-assignments, contoso-nonprod", "scope": subscope(k), "collected_at": z(moment(m, 200)),
                    "command": "az role assignment list --all --include-inherited --subscription %s -o json" % SUBS[k]})
                continue
            emit_az(m, "role-assignments", "S05", k, assignments(k), "az role assignment list --all --include-inherited", 200)
        score = {"id": "/subscriptions/%s/providers/Microsoft.Security/secureScores/ascScore" % SUBS[k], "name": "ascScore", "type": "Microsoft.Security/secureScores",
                 "properties": {"displayName": "ASC score", "score": {"max": 58, "current": {"prod": 47.85, "nonprod": 39.4, "platform": 44.08}[k],
                                                                     "percentage": {"prod": 0.825, "nonprod": 0.6793, "platform": 0.76}[k]}, "weight": {"prod": 91, "nonprod": 64, "platform": 33}[k]}}
        emit_rest("2026-03", "secure-scores", "S14", k, [score], "Microsoft.Security/secureScores?api-version=2020-01-01", 220)
        p = score["properties"]
        emit_az("2026-06", "secure-scores", "S14", k, [{"current": p["score"]["current"], "displayName": "ASC score", "id": score["id"], "max": 58, "name": "ascScore",
                                                         "percentage": p["score"]["percentage"], "type": score["type"], "weight": p["weight"]}], "az security secure-scores list", 220)
    rules = []
    for n, (name, sev, on) in enumerate([("Admin port opened to the internet", "High", True), ("Break-glass account used", "High", True),
                                         ("Many failed sign-ins from one address", "Medium", True), ("New federation trust", "High", False)]):
        g = guid("rule", name)
        rules.append({"id": WORKSPACE + "/providers/Microsoft.SecurityInsights/alertRules/" + g, "name": g, "etag": '"%s"' % guid("retag", name),
                      "type": "Microsoft.SecurityInsights/alertRules", "kind": "Scheduled", "properties": {
                          "displayName": name, "severity": sev, "enabled": on, "query": "AzureActivity | take 0", "queryFrequency": "PT1H", "queryPeriod": "PT1H",
                          "triggerOperator": "GreaterThan", "triggerThreshold": 0, "suppressionDuration": "PT1H", "suppressionEnabled": False, "tactics": ["InitialAccess"],
                          "lastModifiedUtc": "2025-11-03T09:00:00.0000000Z"}})
    put("inbox/2026-06/sentinel-alert-rules.json", compact({"value": rules}), {
        "source": "S41", "title": "Sentinel alert rules", "scope": {"kind": "workspace", "ids": [WORKSPACE]}, "collected_at": z(moment("2026-06", 240)), "tool": CURL,
        "request": "GET %s%s/providers/Microsoft.SecurityInsights/alertRules?api-version=2024-03-01" % (ARM, WORKSPACE)})
    rows = [[r.id, r.name, VM.lower(), r.loc, r.group, SUBS[r.sub],
             json.dumps({"hardwareProfile": {"vmSize": "Standard_D2s_v5"}, "securityProfile": {"encryptionAtHost": True}}, separators=(",", ":"))] for r in of(VM)]
    put("inbox/2026-04/virtual-machines-portal.csv", table(["id", "name", "type", "location", "resourceGroup", "subscriptionId", "properties"], rows, bom=True, eol="\r\n"), {
        "source": "S19", "title": "Virtual machines, Resource Graph Explorer download", "scope": subscope(*ALL), "collected_at": z(moment("2026-04", 260)),
        "query": kql(VM, ",properties"), "command": "portal: Resource Graph Explorer, Download as CSV", "exporter": JENS["upn"], "tool": "Azure portal", "complete": True, "rows": len(rows)})
    cols = ["id", "name", "type", "location", "resourceGroup", "subscriptionId", "properties"]
    rows = []
    for r in of(PIP):
        holder = {"pip-appgw-prod": "applicationGateways/agw-pay-prod", "pip-appgw-test": "applicationGateways/agw-pay-test", "pip-bastion": "bastionHosts/bas-hub",
                  "pip-fw": "azureFirewalls/afw-hub", "pip-vpn": "virtualNetworkGateways/vgw-hub"}.get(r.name, "natGateways/nat-" + r.sub)
        rows.append([r.id, r.name, PIP.lower(), r.loc, r.group, SUBS[r.sub], {"provisioningState": "Succeeded", "publicIPAddressVersion": "IPv4", "publicIPAllocationMethod": "Static",
                     "ipConfiguration": {"id": "/subscriptions/%s/resourceGroups/%s/providers/Microsoft.Network/%s/ipConfigurations/default" % (SUBS[r.sub], r.group, holder)}}])
    put("inbox/2026-06/public-ip-addresses-table.json", compact({"totalRecords": len(rows), "count": len(rows), "resultTruncated": "false", "facets": [],
        "data": {"columns": [{"name": c, "type": "object" if c == "properties" else "string"} for c in cols], "rows": rows}}), {
        "source": "S04", "title": "public IP addresses, all subscriptions", "scope": subscope(*ALL), "collected_at": z(moment("2026-06", 260)), "tool": CURL, "query": kql(PIP, ",properties"),
        "request": "POST %s/providers/Microsoft.ResourceGraph/resources?api-version=2019-04-01 subscriptions=%s" % (ARM, ",".join(SUBS.values()))})
    # nothing recognises this one
    put("inbox/2026-03/office-gateway-throughput.csv", table(["gateway", "week", "mbit_in", "mbit_out", "note"],
        [["gw-berlin", "2026-W%02d" % w, 120 + pick(80, "in", str(w)), 40 + pick(30, "out", str(w)), ""] for w in range(1, 12)]))


# ---------------------------------------------------------------- the engagement

def engagement():
    def fact(value, on="2025-12-15"):
        return {"approved_by": WHO["dominik.ahrens"]["name"], "approved_on": on, "value": value}

    def team(*logins):
        return [WHO[x]["name"] for x in logins]
    FILES["bindery.json"] = pretty({
        "format": "bindery-engagement 1",
        "organisation": {"name": "Contoso Ltd", "short": "CONTOSO"},
        "system": {"name": "Contoso Pay", "description": "Payment acceptance and settlement for small merchants, run on Microsoft Azure."},
        "categories": ["Security", "Availability", "Confidentiality"],
        "tenant": TENANT,
        "subscriptions": [{"id": SUBS[k], "name": SUBNAME[k]} for k in ALL],
        "timezone": "Europe/Berlin",
        "periods": [{"id": "2026-H1", "type": "II", "from": "2026-01-01", "to": "2026-06-30", "fieldwork": "2026-08-17"}],
        "owners": [{"owner": o, "people": team(*l)} for o, l in [
            ("CISO", ["dominik.ahrens"]), ("CISO / Compliance", ["dominik.ahrens", "xenia.papadopoulou"]), ("Cloud Admin", ["jens.mueller"]),
            ("Compliance", ["xenia.papadopoulou"]), ("Engineering", ["lukasz.wojcik"]), ("Engineering Lead", ["lukasz.wojcik"]), ("HR", ["mareike.lindqvist"]),
            ("HR / Cloud Admin", ["mareike.lindqvist", "jens.mueller"]), ("HR / Security", ["mareike.lindqvist", "yulia.sokolova"]), ("Security", ["yulia.sokolova"]),
            ("Security / Marketing", ["yulia.sokolova", "siobhan.nibhriain"])]],
        "people": [{"name": p["name"], "role": p["title"], "upn": p["upn"]} for p in PEOPLE[:8]],
        "vendors": [{"name": "Microsoft Corporation", "service": "Azure", "method": "carve-out",
                     "criteria": ["CC6.4"], "monitored_by": ["1.6", "9.2"],
                     "recipients": [{"name": "Fabrikam Assurance", "on": "2026-06-22", "document": "EXAMPLE-SOC2-2026-03", "by": WHO["xenia.papadopoulou"]["name"]}],
                     "csocs": [
                         {"id": "M-1", "text": "Guards the entry to data centres, and logs and reviews it.", "criteria": ["CC6.4"]},
                         {"id": "M-2", "text": "Keeps power, cooling and fire safeguards of the data centres.", "criteria": ["A1.2"]},
                         {"id": "M-3", "text": "Wipes or destroys storage media before they leave a data centre.", "criteria": ["CC6.5"]}]},
                    {"name": "Harbourline Mail GmbH", "service": "Transactional e-mail", "method": "carve-out"}],
        "facts": {
            "critical_resources": fact(CRITICAL), "end_of_business": fact("18:00"), "break_glass_accounts": fact(BREAKGLASS),
            "production_scope": fact(["/subscriptions/" + SUBS["prod"]]), "central_workspace": fact(WORKSPACE),
            "our_cuecs": fact([
                {"id": "U-1", "text": "Customers remove their own users who leave.", "criteria": ["CC6.2"]},
                {"id": "U-2", "text": "Customers keep the keys of their payment terminals secret.", "criteria": ["CC6.1"]}])},
        "exclusions": [{"check": "storage-secure-transfer", "resource": NFS, "approved_by": WHO["dominik.ahrens"]["name"], "approved_on": "2025-12-10", "expires_on": "2026-12-31",
                        "reason": "NFS 3.0 share of the settlement batch needs secure transfer off; reachable from one subnet only."}],
        "controls": [
            {"number": "1.1", "your_ref": "GOV-01", "your_statement": "The chief executive approves the information security policy every year."},
            {"number": "4.2", "your_ref": "MON-02", "your_statement": "Defender for Cloud is on for every kind of resource we run."},
            {"number": "6.3.1", "your_ref": "IAM-11", "your_statement": "Accounts of people who leave are disabled within one day."},
            {"number": "6.6.3", "your_ref": "NET-03", "your_statement": "Nobody reaches an admin port from the internet."},
            {"number": "6.7.2", "your_ref": "NET-07", "your_statement": "Storage accepts encrypted transport only."},
            {"number": "7.3", "your_ref": "LOG-04", "your_statement": "Critical services send their logs to the central workspace."}],
        "sources": {"collect": False},
        "retention": {"package_years": 7, "raw_years": 3}})


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: generate.py FOLDER")
    out = sys.argv[1]
    month_folders()
    for step in (storage_accounts, defender_plans, inventories, security_groups, platform_services, diagnostic_settings, sql_auditing,
                 activity_log, users, directory_audits, hr, documents, vendors, others, policy_states, compliance_manager, engagement):
        step()
    if os.path.isdir(os.path.join(out, "inbox")):
        shutil.rmtree(os.path.join(out, "inbox"))
    for path in sorted(FILES):
        full = os.path.join(out, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            f.write(FILES[path])
    print("%d files, %d bytes, %d resources" % (len(FILES), sum(map(len, FILES.values())), len(ESTATE)))


if __name__ == "__main__":
    main()
