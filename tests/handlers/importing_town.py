"""A small town in files, right in every respect, for tests to spoil."""

from pathlib import Path

GRIDS = """\
code,name,level,parent
X,孝义市,county,
S,新义街道,street,X
C1,离柳社区,community,S
C2,长安社区,community,S
C1-1,离柳一网格,grid,C1
C1-2,离柳二网格,grid,C1
C2-1,长安一网格,grid,C2
"""
PLACES = """\
name,aliases,grid,buildings,kind,mode,lat,lng
德尚小区,德尚;德尚花园,C1-1,1-3;A,compound,cover,37.1448,111.7841
德尚小区,,C1-2,4-6,compound,cover,,
幸福小区,,C1-1,,compound,self,,
幸福小区,老幸福,C2-1,,compound,none,,
长安路,,C2,,road,,,
"""
TEAMS = """\
code,name,kind,grids
P,德尚物业,property,C1-1;C1-2
K,离柳居委会,community,C1
"""
PEOPLE = """\
name,openid,roles,team,grid,phone,wecom
王秀兰,oWang,resident,,,13800000001,
陈小玲,oChen,grid_staff;supervisor,,C1-1,13800000002,Chen
周立新,,property_staff,P,,13800000003,
"""
BOUNDARIES = """\
{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"code": "C1-1"}, "geometry": {"type": "Polygon", "coordinates": [[[111.77, 37.14], [111.78, 37.14], [111.78, 37.15], [111.77, 37.14]]]}},
{"type": "Feature", "properties": {"code": "C1-2"}, "geometry": {"type": "Polygon", "coordinates": [[[111.78, 37.14], [111.79, 37.14], [111.79, 37.15], [111.78, 37.14]]]}}
]}
"""
FILES = {
    "grids.csv": GRIDS,
    "places.csv": PLACES,
    "teams.csv": TEAMS,
    "people.csv": PEOPLE,
    "boundaries.geojson": BOUNDARIES,
}


def write_town(folder: Path, *, encoding: str = "utf-8") -> Path:
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8" if name.endswith("json") else encoding)
    return folder


def replace(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
