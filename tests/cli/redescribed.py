"""redescribed.py CHANGE INBOX | outcome ASSESSMENT: three failing exports, and what is said of them afterwards."""
import json
import os
import sys
import zipfile

SUB = "41e77a9f-656f-48da-89ae-97daafd4abd1"
OTHER = "1b79904b-82b3-411a-87d1-c1913f900b8f"


def account(name):
    return {"id": f"/subscriptions/{SUB}/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/{name}", "name": name,
            "type": "Microsoft.Storage/storageAccounts", "properties": {"supportsHttpsTrafficOnly": False}}


def put(path, value):
    with open(path, "w", encoding="utf-8") as file:
        file.write(value if isinstance(value, str) else json.dumps(value))


def sidecar(at, **more):
    own = {"format": "bindery-sidecar 1", "source": "S17", "scope": {"kind": "subscription", "ids": [SUB]}, **more}
    return {**own, "collected_at": at} if at else own


AT = "2026-02-10T06:00:00Z"
DOCUMENT = {"type": "information-security-policy", "approved_by": "Ada Berg", "approved_on": "2025-01-02", "in_force_from": "2025-01-02"}
OWN = {
    "time": sidecar("2025-02-10T06:00:00Z"),
    "range": sidecar(AT, describes_from="2025-02-01T00:00:00Z", describes_to="2025-02-02T00:00:00Z"),
    "source": {**sidecar(AT), "source": "S20"},
    "scope": {**sidecar(AT), "scope": {"kind": "subscription", "ids": [OTHER]}},
    "document": sidecar(AT, document=DOCUMENT),
    "broken": "{",
    "sign": sidecar(AT, prepared_by={"name": "Ada Berg", "role": "Audit", "at": "2026-02-11T08:00:00Z"}),
}


def sheet(path, rows):
    """A workbook of one sheet, all of it text."""
    cells = "".join("<row r='%d'>%s</row>" % (r, "".join(f"<c r='{chr(65 + c)}{r}' t='inlineStr'><is><t>{text}</t></is></c>"
                                                          for c, text in enumerate(row))) for r, row in enumerate(rows, 1))
    main, rels = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>"
                               "<Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
                               f"<Override PartName='/xl/workbook.xml' ContentType='{kind}.sheet.main+xml'/>"
                               f"<Override PartName='/xl/worksheets/sheet1.xml' ContentType='{kind}.worksheet+xml'/></Types>",
        "_rels/.rels": f"<Relationships xmlns='{rels}'><Relationship Id='r1' Type='{office}/officeDocument' Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{main}' xmlns:r='{office}'><sheets><sheet name='Data' sheetId='1' r:id='r1'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{rels}'><Relationship Id='r1' Type='{office}/worksheet' Target='worksheets/sheet1.xml'/></Relationships>",
        "xl/worksheets/sheet1.xml": f"<worksheet xmlns='{main}'><sheetData>{cells}</sheetData></worksheet>",
    }
    with zipfile.ZipFile(path, "w") as file:
        for name, text in parts.items():
            file.writestr(name, text)


def undescribed(inbox):
    one = account("sheet")
    put(f"{inbox}/alone.json", [account("alone")])
    put(f"{inbox}/notes.json", {"what": "we", "said": "yes"})
    sheet(f"{inbox}/sheet.xlsx", [["id", "name", "type", "supportsHttpsTrafficOnly"], [one["id"], "sheet", one["type"], "false"]])
    for name in ("alone.json", "notes.json", "sheet.xlsx"):
        os.utime(f"{inbox}/{name}", (1778392800, 1778392800))  # 2026-05-10


def write(change, inbox):
    if change == "leavers":
        sheet(f"{inbox}/leavers.xlsx", [["employee_id", "upn", "terminated_at", "type"], ["7", "a@x.example", "2026-03-01T10:00:00Z", "leaver"]])
    elif change == "undescribed":
        undescribed(inbox)
    elif change == "called":
        for name in ("alone.json", "notes.json", "sheet.xlsx"):
            put(f"{inbox}/{name}.meta.json", {"format": "bindery-sidecar 1", "document": DOCUMENT})
    elif change == "first":
        os.makedirs(f"{inbox}/folder", exist_ok=True)
        for path, name in (("own.json", "own"), ("open.json", "open"), ("folder/f.json", "folder")):
            put(f"{inbox}/{path}", [account(name)])
        put(f"{inbox}/own.json.meta.json", sidecar(AT))
        put(f"{inbox}/open.json.meta.json", sidecar("2026-04-10T06:00:00Z"))
        put(f"{inbox}/folder/_folder.meta.json", sidecar("2026-03-10T06:00:00Z"))
    elif change == "folder":
        put(f"{inbox}/folder/_folder.meta.json", sidecar("2025-03-10T06:00:00Z"))
        put(f"{inbox}/own.json.meta.json", sidecar(AT))
    else:
        put(f"{inbox}/folder/_folder.meta.json", sidecar("2026-03-10T06:00:00Z"))
        put(f"{inbox}/own.json.meta.json", OWN[change])


def outcome(path):
    with open(path, encoding="utf-8") as file:
        exceptions = json.load(file)["exceptions"]
    shown = {f"{e['resource'].rsplit('/', 1)[-1]} {str(e['first_seen_failing'])[:10]}" for e in exceptions
             if e["check"] == "storage-secure-transfer"}
    print(", ".join(sorted(shown)))


if sys.argv[1] == "outcome":
    outcome(sys.argv[2])
else:
    write(sys.argv[1], sys.argv[2])
