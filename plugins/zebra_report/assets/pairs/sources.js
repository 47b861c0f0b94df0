"use strict"

/* Where pairs come from: the page itself, or the server of `zebra report --serve`. */
const pairSources = (() => {
  /* The number of pairs that are asked for at a time. */
  const PAGE = 50
  const TEXTS = ["prompt", "chosen", "rejected"]

  /** Return the text of a prompt, which may be messages. */
  const plain = (prompt) => (typeof prompt === "string" ? prompt : prompt.map(([, text]) => text).join("\n\n"))

  /** Return how many times longer the chosen response is than the rejected one, null for an empty one. */
  const ratio = (pair) => (pair.rejected_length ? pair.chosen_length / pair.rejected_length : null)

  /** Return the pairs that the page carries: pages of those that match a query, and what was possible for each. */
  const carried = (data) => {
    const names = Object.keys(data.pairs)
    const count = data.pairs.id.length
    const pairAt = (row) => Object.fromEntries(names.map((name) => [name, data.pairs[name][row]]))
    const values = { ...data.pairs, length: data.pairs.id.map((_, row) => ratio(pairAt(row))) }
    const lints = Object.fromEntries(Object.entries(data.lints).map(([name, rows]) => [name, new Set(rows)]))
    let folded
    const texts = () => (folded ??= data.pairs.id.map((_, row) => TEXTS.map((name) => plain(data.pairs[name][row]).toLowerCase())))
    let last = { key: null, rows: [] }

    const isIn = (row, [name, { from, to }]) => {
      const value = values[name][row]
      return value !== null && (from === null || value >= from) && (to === null || value <= to)
    }
    const compare = (name, sign) => (one, other) => {
      const [first, second] = [values[name][one], values[name][other]]
      if (first === null || second === null) return (first === null) - (second === null)
      return sign * (first - second) || one - other
    }
    const matching = (query) => {
      const wanted = query.search.toLowerCase()
      const ranges = Object.entries(query.ranges)
      let rows = [...Array(count).keys()].filter((row) =>
        (!query.chosen || values.chosen_model[row] === query.chosen) &&
        (!query.rejected || values.rejected_model[row] === query.rejected) &&
        (!query.source || values.source[row] === query.source) &&
        (!query.models || query.models.includes(values.chosen_model[row]) || query.models.includes(values.rejected_model[row])) &&
        (!query.lint || lints[query.lint].has(row)) && ranges.every((range) => isIn(row, range)))
      if (wanted) rows = rows.filter((row) => texts()[row].some((text) => text.includes(wanted)))
      const [name, direction] = query.sort.split(" ")
      return name ? rows.sort(compare(name, direction === "down" ? -1 : 1)) : rows
    }
    const page = async (query, start) => {
      const key = JSON.stringify(query)
      if (last.key !== key) last = { key, rows: matching(query) }
      return { matched: last.rows.length, pairs: last.rows.slice(start, start + PAGE).map(pairAt) }
    }
    return { page, possible: async (pair) => data.choices[pair.choice] ?? null }
  }

  /** Return the pairs of the server, asked for by its endpoint. */
  const served = (data) => {
    const get = async (path, parameters) => {
      const response = await fetch(`${path}?${new URLSearchParams(parameters)}`)
      const answer = await response.json()
      if (!response.ok) throw new Error(answer.error)
      return answer
    }
    const page = (query, start) => get(data.endpoint, { query: JSON.stringify(query), start, limit: PAGE })
    return { page, possible: (pair) => get("possible", { place: pair.place }) }
  }

  const sourceOf = (data) => (data.endpoint ? served(data) : carried(data))

  return { PAGE, plain, ratio, sourceOf }
})()
