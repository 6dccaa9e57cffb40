"""policyfacts.py FOLDER: a few resources as Resource Graph shows them in May and June, and policies that ask of them."""
import json
import os
import sys

GROUP = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/g1"


def resource(kind, name, properties, location="westeurope"):
    return {"id": "%s/providers/%s" % (GROUP, name), "type": kind.lower(), "name": name.split("/")[-1],
            "location": location, "resourceGroup": "g1", "subscriptionId": GROUP.split("/")[2],
            "properties": properties}


def account(name, https, location="westeurope"):
    return resource("Microsoft.Storage/storageAccounts", "Microsoft.Storage/storageAccounts/" + name,
                    {"supportsHttpsTrafficOnly": https}, location)


def setting(server, name, state):
    return resource("Microsoft.Sql/servers/auditingSettings",
                    "Microsoft.Sql/servers/%s/auditingSettings/%s" % (server, name), {"state": state})


def server(name):
    return resource("Microsoft.Sql/servers", "Microsoft.Sql/servers/" + name, {"version": "12.0"})


def write(name, content):
    with open(os.path.join(sys.argv[1], name + ".json"), "w", encoding="utf-8") as file:
        json.dump(content, file)


def answer(name, rows):
    write(name, {"totalRecords": len(rows), "count": len(rows), "resultTruncated": "false", "data": rows})


def policy(name, condition, then):
    write(name, {"name": name, "properties": {"displayName": name, "mode": "All",
                                              "policyRule": {"if": condition, "then": then}}})


def is_type(name):
    return {"field": "type", "equals": name}


def asks(kind, **details):
    return {"effect": "auditIfNotExists", "details": dict(details, type=kind)}


os.makedirs(sys.argv[1])
group = {"id": GROUP, "type": "microsoft.resources/subscriptions/resourcegroups", "name": "g1",
         "location": "westeurope", "subscriptionId": GROUP.split("/")[2], "properties": {"provisioningState": "x"}}
answer("may", [account("a", False), account("c", False)])
answer("june", [group, account("a", True), account("b", False, "northeurope")])
answer("databases", [server("s"), server("t"), setting("s", "default", "Enabled"), setting("t", "other", "Disabled")])

STORAGE = is_type("Microsoft.Storage/storageAccounts")
ENABLED = {"field": "Microsoft.Sql/auditingSettings.state", "equals": "Enabled"}
policy("https", {"allOf": [STORAGE, {"field": "Microsoft.Storage/storageAccounts/supportsHttpsTrafficOnly",
                                     "notEquals": True}]}, {"effect": "audit"})
policy("location", {"allOf": [STORAGE, {"field": "location", "notEquals": "[resourceGroup().location]"}]},
       {"effect": "audit"})
policy("audited", is_type("Microsoft.Sql/servers"),
       asks("Microsoft.Sql/servers/auditingSettings", existenceCondition=ENABLED))
policy("threats", is_type("Microsoft.Sql/servers"), asks("Microsoft.Sql/servers/securityAlertPolicies"))
policy("named", is_type("Microsoft.Sql/servers"),
       asks("Microsoft.Sql/servers/auditingSettings", name="Default", existenceCondition=ENABLED))
