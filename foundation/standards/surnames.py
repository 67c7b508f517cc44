"""Surnames of two characters, and the readings that a character has only as a surname (domain: names and linkage)."""

from __future__ import annotations

COMPOUND_SURNAMES = {
    "欧阳": "ou yang", "司马": "si ma", "诸葛": "zhu ge", "上官": "shang guan", "夏侯": "xia hou",
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "单于": "chan yu", "澹台": "tan tai",
    "令狐": "ling hu", "皇甫": "huang fu", "公孙": "gong sun", "慕容": "mu rong", "宇文": "yu wen",
    "司徒": "si tu", "司空": "si kong", "轩辕": "xuan yuan", "东方": "dong fang", "南宫": "nan gong",
    "西门": "xi men", "独孤": "du gu", "赫连": "he lian", "钟离": "zhong li", "闻人": "wen ren",
    "申屠": "shen tu", "太史": "tai shi", "端木": "duan mu", "淳于": "chun yu", "濮阳": "pu yang",
    "公冶": "gong ye", "宗政": "zong zheng", "鲜于": "xian yu", "闾丘": "lü qiu", "亓官": "qi guan",
    "仲孙": "zhong sun", "百里": "bai li", "呼延": "hu yan", "拓跋": "tuo ba", "第五": "di wu",
    "梁丘": "liang qiu", "左丘": "zuo qiu", "东郭": "dong guo", "南门": "nan men", "公羊": "gong yang",
    "谷梁": "gu liang", "微生": "wei sheng", "巫马": "wu ma", "乐正": "yue zheng", "漆雕": "qi diao",
    "壤驷": "rang si", "公良": "gong liang", "夹谷": "jia gu", "纳兰": "na lan",
}  # fmt: skip

# Where the surname is read otherwise than the character's most frequent reading in pypinyin; 单雄信 is not dan.
SURNAME_READINGS = {
    "单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "曾": "zeng", "朴": "piao", "盖": "ge",
    "洗": "xian", "翟": "zhai", "黑": "he", "秘": "bi", "折": "she", "种": "chong", "员": "yun", "贠": "yun",
    "缪": "miao", "乐": "yue", "召": "shao", "覃": "qin", "祭": "zhai", "佴": "nai", "隗": "wei", "么": "yao",
    "句": "gou", "长": "chang", "都": "du", "能": "nai", "卜": "bu", "藏": "zang", "繁": "po", "适": "kuo",
    "阚": "kan", "郇": "xun", "炅": "gui",
}  # fmt: skip
