"use strict"

/* The words in which two responses differ. */
const pairDifferences = (() => {
  /* The number of words of a response that are compared. */
  const WORDS = 2000

  /** Return the words of a text, each with the white space around it. */
  const words = (text) => text.match(/\s*\S+\s*/g) ?? (text ? [text] : [])

  /** Return which words of two lists are in a longest common subsequence. */
  const common = (one, other) => {
    const keep = [new Uint8Array(one.length), new Uint8Array(other.length)]
    let start = 0
    while (start < Math.min(one.length, other.length) && one[start] === other[start]) keep[0][start] = keep[1][start++] = 1
    let [n, m] = [one.length, other.length]
    while (n > start && m > start && one[n - 1] === other[m - 1]) keep[0][--n] = keep[1][--m] = 1
    const [rows, columns] = [n - start, m - start]
    const lengths = Array.from({ length: rows + 1 }, () => new Uint16Array(columns + 1))
    for (let i = rows - 1; i >= 0; i--) {
      const [row, below, word] = [lengths[i], lengths[i + 1], one[start + i]]
      for (let j = columns - 1; j >= 0; j--) row[j] = word === other[start + j] ? below[j + 1] + 1 : Math.max(below[j], row[j + 1])
    }
    for (let i = 0, j = 0; i < rows && j < columns;) {
      if (one[start + i] === other[start + j]) keep[0][start + i++] = keep[1][start + j++] = 1
      else if (lengths[i + 1][j] >= lengths[i][j + 1]) i++
      else j++
    }
    return keep
  }

  /** Return both texts in pieces, [whether it is in both, text], and the share of the words that are in both. */
  const differences = (chosen, rejected) => {
    const sides = [chosen, rejected].map(words)
    const numbers = new Map()
    const numbered = (word) => numbers.get(word) ?? numbers.set(word, numbers.size).get(word)
    const compared = sides.map((side) => side.slice(0, WORDS).map((word) => numbered(word.trim())))
    const keep = common(...compared)
    const shared = keep[0].reduce((sum, kept) => sum + kept, 0)
    const pieces = sides.map((side, at) => {
      const result = []
      side.forEach((word, place) => {
        const both = place >= WORDS || keep[at][place] === 1
        if (result.length && result.at(-1)[0] === both) result.at(-1)[1] += word
        else result.push([both, word])
      })
      return result
    })
    const longest = Math.max(compared[0].length, compared[1].length)
    return { pieces, share: longest ? shared / longest : 1, cut: sides.some((side) => side.length > WORDS) }
  }

  return { between: differences, WORDS }
})()
