"""Words that belong together: those that the little worlds were made of, else what a text's own vectors fall into."""

from dataclasses import dataclass

import numpy as np

from engine.language.word2vec import vectors

MADE = 0.25  # of a vocabulary: so much of it is on the list where a text was made of it
MOST, EACH = 6, 12  # groups that are found, words that count to each
AMONG = 400  # words, the most frequent, in which groups are looked for
ROUNDS = 20

WORLD = {
    "people": "king queen prince princess man woman boy girl 国王 王后 王子 公主 男人 女人 男孩 女孩",
    "animals": "goat sheep cow horse tiger wolf dog lion kitten bear puppy cat 猪 羊 牛 骆驼 小狗 小猫 兔子 狮子 老虎 狼 豹子",
    "food": "water milk rice bread cheese soup cake coffee tea juice 咖啡 饺子 面条 面包 茶 牛奶 蛋糕 果汁 米饭",
    "fruit": "pears apples plums cherries 梨 苹果 葡萄 桃子",
    "places": "rome italy london england tokyo japan beijing china paris france "
    "意大利 罗马 英国 伦敦 中国 北京 巴黎 法国 日本 东京",
    "times": "monday tuesday wednesday thursday friday saturday sunday january march may july october "
    "星期一 星期二 星期三 星期四 星期五 星期六 一月 三月 五月 七月 十月",
}


@dataclass(frozen=True)
class Groups:
    of: np.ndarray  # int8 (V,) the group of every word, −1: none
    names: tuple[str, ...]  # as in WORLD, or of what was found the word nearest to the middle
    told: bool  # the text was made of them; else they were found in its vectors


def groups(words: tuple[str, ...], E: np.ndarray) -> Groups:
    """The groups of words whose vectors are E (V, d) at the end of the training."""
    number = {word: k for k, listed in enumerate(WORLD.values()) for word in listed.split()}
    of = np.array([number.get(word, -1) for word in words], np.int8)
    return Groups(of, tuple(WORLD), told=True) if (of >= 0).mean() >= MADE else _found(words, E)


def _found(words: tuple[str, ...], E: np.ndarray) -> Groups:
    """Groups of unit vectors by k-means; it begins with words that are far from each other."""
    U = vectors.unit(vectors.unit(E[:AMONG].astype(float)) - vectors.unit(E[:AMONG].astype(float)).mean(0))
    m = min(MOST, len(U) // 8)
    of = np.full(len(words), -1, np.int8)
    if not m:
        return Groups(of, (), told=False)
    first = [0]
    while len(first) < m:
        first.append(int((U @ U[first].T).max(1).argmin()))
    centres = U[first]
    for _ in range(ROUNDS):
        nearest = (U @ centres.T).argmax(1)
        centres = vectors.unit(np.stack([U[nearest == k].sum(0) if (nearest == k).any() else centres[k] for k in range(m)]))
    likeness = U @ centres.T
    nearest = likeness.argmax(1)
    for k in range(m):
        mine = np.flatnonzero(nearest == k)
        of[mine[np.argsort(-likeness[mine, k], kind="stable")[:EACH]]] = k
    return Groups(of, tuple(words[int(likeness[:, k].argmax())] for k in range(m)), told=False)
