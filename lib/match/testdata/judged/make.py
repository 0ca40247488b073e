#!/usr/bin/env python3
"""Writes corpus.jsonl and queries.jsonl from domain.txt, industries.txt and asked.txt.

Grades come from the structure of who offers what and from nothing else: see GUIDELINE.md.
The same input gives the same output."""
import hashlib, json, pathlib

here = pathlib.Path(__file__).parent


def rows(name):
    for line in (here / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield [part.strip() for part in line.split("|")]


def parts(text):
    return [p.strip() for p in text.split(";")]


def pick(key, n):
    """A number below n that looks random and depends on the key only."""
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % n


topics = {r[0]: dict(names=parts(r[1]), hurts=parts(r[2]), does=parts(r[3]), near=r[4].split()) for r in rows("domain.txt")}
industries = {r[0]: dict(names=parts(r[1]), things=parts(r[2])) for r in rows("industries.txt")}
for t in topics.values():
    t["near"] = [n for n in t["near"] if n in topics]

districts = "市南区 市北区 李沧区 崂山区 黄岛区 城阳区 即墨区 胶州市 平度市 莱西市".split()
first = "海拓 智行 云岳 中创 恒信 华智 青科 蓝谷 鲁工 联创 东方数 启明 博远 众联 天工 易联 星海 金桥 泰和 信达".split()
last = "信息技术 智能科技 工业软件 自动化 数字科技 系统集成".split()
# What people say of any project: it tells nothing about the topic.
filler = [
    "项目分两期实施，先试点一条线再推广。", "服务团队在本地，两小时内到场。", "按年订阅，也可以一次买断。", "已通过第三方验收，资料齐全。", "可以先免费试用一个月。",
    "合同约定交付物和验收标准。", "实施周期约三个月，费用分阶段支付。",
]
wishes = ["希望对方有同行业案例，能驻场。", "预算三十万元以内，年底前完成。", "愿意作为示范接待同行参观。", "请先来现场看一看再报价。"]
# Who asks for a topic in an industry must be answerable: one document of it is there.
asked = {}
for what, _, _ in rows("asked.txt"):
    topic, _, industry = what.partition("+")
    if industry and industry not in asked.setdefault(topic, []):
        asked[topic].append(industry)


def documents():
    keys, sectors = list(topics), list(industries)
    for n, key in enumerate(keys):
        t = topics[key]
        for i in range(8):
            tag = f"{key}/{i}"
            sector = sectors[(n * 3 + i * 5) % len(sectors)]
            if i >= 8 - len(asked.get(key, [])):
                sector = asked[key][7 - i]
            s = industries[sector]
            second = t["near"][pick(tag + "second", len(t["near"]))] if i % 3 == 1 else ""
            kind = ["provider", "scenario", "need", "provider", "scenario", "need", "provider", "scenario"][i]
            name = t["names"][i % len(t["names"])]
            area = s["names"][i % len(s["names"])]
            thing = s["things"][pick(tag + "thing", len(s["things"]))]
            does = [t["does"][(i + j) % len(t["does"])] for j in range(2)]
            hurt = t["hurts"][i % len(t["hurts"])]
            say = wishes[pick(tag + "filler", len(wishes))] if kind == "need" else filler[pick(tag + "filler", len(filler))]
            firm = first[pick(tag + "first", len(first))] + last[pick(tag + "last", len(last))]
            district = districts[pick(tag + "district", len(districts))]
            more = ""
            if second:
                o = topics[second]
                more = f"同时需要{o['names'][i % len(o['names'])]}：{o['does'][i % len(o['does'])]}。" if kind == "need" else f"另提供{o['names'][i % len(o['names'])]}，{o['does'][i % len(o['does'])]}。"
            if kind == "provider":
                title = f"{firm}：{area}行业{name}服务"
                body = f"{firm}有限公司位于{district}，服务{'、'.join(s['names'])}企业。{does[0]}；{does[1]}。适用于{thing}。{more}{say}"
            elif kind == "scenario":
                title = f"{area}企业{name}应用场景"
                body = f"某{area}企业地处{district}，{hurt}。围绕{thing}开展建设：{does[0]}；{does[1]}。{more}{say}"
            else:
                title = f"{area}厂寻求{name}" if i % 2 == 0 else f"{area}企业需求：解决“{hurt}”"
                body = f"我厂在{district}，主要有{thing}。目前{hurt}。希望做到：{does[0]}。{more}{say}"
            yield dict(id=f"{key}-{i}", kind=kind, title=title, tags=[area, district], body=body, topic=key, second=second, industry=sector)


def grade(doc, topic, industry):
    same = not industry or doc["industry"] == industry
    if doc["topic"] == topic:
        return 3 if same else 2
    if doc["second"] == topic:
        return 2 if same else 1
    if doc["topic"] in topics[topic]["near"] and industry and same:
        return 1
    return 0


docs = list(documents())
with open(here / "corpus.jsonl", "w", encoding="utf-8") as f:
    for d in docs:
        f.write(json.dumps(d, ensure_ascii=False) + "\n")
with open(here / "queries.jsonl", "w", encoding="utf-8") as f:
    for n, (what, wording, text) in enumerate(rows("asked.txt")):
        topic, _, industry = what.partition("+")
        assert topic in topics and (not industry or industry in industries), what
        grades = {d["id"]: g for d in docs if (g := grade(d, topic, industry))}
        half = "tune" if pick("half" + text, 2) == 0 else "report"
        f.write(json.dumps(dict(id=f"q{n:03}", wording=wording, half=half, text=text, topic=topic, industry=industry, grades=grades), ensure_ascii=False) + "\n")
