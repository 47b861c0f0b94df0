"use strict"

/* The choice of pairs, made again in the page: the same masks, order and ties as `zebra run`. `exploreChoice` needs no page. */
const exploreChoice = (() => {
  const TYPES = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, i1: Int8Array, i2: Int16Array, i4: Int32Array, f8: Float64Array }
  const FIELDS = ["threshold", "min_gap", "min_confidence", "pairs"]

  /** Return the data with a function `array` that gives an array by its number; all are in one block of bytes. */
  const decode = async (data) => {
    const bytes = Uint8Array.from(atob(data.arrays.block), (letter) => letter.charCodeAt(0))
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))
    const block = await new Response(stream).arrayBuffer()
    const array = (number) => {
      const [type, offset, length] = data.arrays.entries[number]
      return new TYPES[type](block, offset, length)
    }
    return { ...data, array, gaps: array(data.gap), count: Math.max(...data.models) + 1 }
  }

  /** Return the place of two models, the better one first, among the cells above the diagonal. */
  const cellOf = (count, first, second) => (first * (2 * count - first - 1)) / 2 + second - first - 1

  /** Return the columns of each pair of k candidates, in the order in which the first one wins a tie. */
  const columnsOf = (k) => {
    const pairs = []
    for (let i = 0; i < k; i++) for (let j = i + 1; j < k; j++) pairs.push([i, j])
    return pairs
  }

  const round12 = (value) => {
    const scaled = value * 1e12
    const whole = Math.round(scaled)
    return (Math.abs(scaled % 1) === 0.5 && whole % 2 !== 0 ? whole - 1 : whole) / 1e12
  }
  const logistic = (value) => 1 / (1 + Math.exp(-Math.max(value, -700)))

  /** Return what a strategy says under a measure, with its arrays; null if the page has nothing on the two. */
  const saysOf = (data, { strategy, similarity }) =>
    data.strategies.find((each) => each.name === strategy)?.says[similarity] ?? null

  /** Return which pairs of models satisfy the masks, as far as these are the same for every instruction. */
  const passing = (data, says, settings) => {
    const similarity = data.array(data.measures.find((each) => each.name === settings.similarity).similarity)
    const confidence = settings.min_confidence && says.confidence !== undefined ? data.array(says.confidence) : null
    return Uint8Array.from(similarity, (value, cell) =>
      value >= settings.threshold && data.gaps[cell] >= settings.min_gap && (!confidence || confidence[cell] >= settings.min_confidence))
  }

  /** Return a counter of picked pairs, and of what is left out by reason. */
  const tally = (data, settings) => {
    const counts = new Map()
    const leftOut = {}
    const unsure = settings.min_confidence ? "_unsure" : ""
    const words = { masked: `masked${unsure}`, unlike: `unlike${unsure}`, tied: "tied", identical: "identical" }
    const leave = (reason, count) => {
      const text = data.reasons[words[reason]]
      leftOut[text] = (leftOut[text] ?? 0) + count
    }
    const pick = (chosen, rejected, same, count) => {
      if (same) return leave("identical", count)
      const key = chosen * data.names.length + rejected
      counts.set(key, (counts.get(key) ?? 0) + count)
    }
    return { counts, leftOut, leave, pick }
  }

  /** Return each group of instructions with the same candidates: its names, texts, and pairs of unlike length. */
  const groupsOf = (data) => {
    if (data.cached) return data.cached
    const groups = []
    for (const part of data.groups) {
      const [names, texts, counts, numbers] = ["names", "texts", "counts", "numbers"].map((name) => data.array(part[name]))
      const unlike = part.unlike === null ? null : data.array(part.unlike)
      const columns = columnsOf(part.width)
      for (let at = 0; at < counts.length; at++) {
        const start = at * part.width
        groups[numbers[at]] = {
          columns, names: names.subarray(start, start + part.width), texts: texts.subarray(start, start + part.width),
          unlike: unlike?.subarray(at * columns.length, (at + 1) * columns.length), count: counts[at],
        }
      }
    }
    data.cached = groups
    return groups
  }

  /** Keep only the most desirable pairs among all models of the pool: the scope `global`. */
  const restricted = (data, order, pairs) => {
    const best = [...order.keys()].filter((cell) => order[cell] > 0).sort((a, b) => order[b] - order[a] || a - b)
    const only = new order.constructor(order.length)
    for (const cell of best.slice(0, pairs)) only[cell] = order[cell]
    return only
  }

  /** Return the pairs with the highest values, which are above 0; the first one wins a tie. */
  const highest = (values, length, pairs) => {
    if (pairs === 1) {
      let best = -1
      for (let at = 0; at < length; at++) if (values[at] > (best < 0 ? 0 : values[best])) best = at
      return best < 0 ? [] : [best]
    }
    const open = []
    for (let at = 0; at < length; at++) if (values[at] > 0) open.push(at)
    return open.sort((a, b) => values[b] - values[a] || a - b).slice(0, pairs)
  }

  /** Pick for a strategy that looks at the models alone: once for all instructions with the same candidates. */
  const pickByModels = (data, says, settings, result) => {
    const pass = passing(data, says, settings)
    const sign = data.array(says.sign)
    let order = data.array(says.order).map((value, cell) => (pass[cell] && sign[cell] ? value : 0))
    if (data.scope === "global") order = restricted(data, order, settings.pairs)
    const longest = Math.max(...data.groups.map((part) => columnsOf(part.width).length))
    const [values, cells] = [new Uint32Array(longest), new Uint32Array(longest)]
    for (const { columns, names, texts, unlike, count } of groupsOf(data)) {
      let [masked, alike] = [true, false]
      for (let at = 0; at < columns.length; at++) {
        const cell = cellOf(data.count, data.models[names[columns[at][0]]], data.models[names[columns[at][1]]])
        cells[at] = cell
        values[at] = unlike?.[at] ? 0 : order[cell]
        if (pass[cell]) { masked = false; alike ||= !unlike?.[at] }
      }
      const picked = highest(values, columns.length, settings.pairs)
      if (!picked.length) result.leave(masked ? "masked" : alike ? "tied" : "unlike", count)
      for (const at of picked) {
        const [first, second] = columns[at]
        const better = sign[cells[at]] > 0 ? first : second
        result.pick(names[better], names[first + second - better], texts[first] === texts[second], count)
      }
    }
    return { rows: data.counts.rows, step: data.counts.step, fixed: data.counts.left_out }
  }

  /** Return a function that tells which candidate of a pair the rule chooses, and how certain that is. */
  const ruleOf = (data, says) => {
    const [ahead, prefers] = ["ahead", "prefers"].map((name) => says.rows[name] === undefined ? null : data.array(says.rows[name]))
    if (!ahead && !prefers) {
      const [sign, confidence] = [data.array(says.sign), data.array(says.confidence)]
      return (cell) => ({ sign: sign[cell], certain: confidence[cell] })
    }
    const certain = says.certain?.map(data.array)
    return (cell, start, pair, [first, second], pairStart) => {
      const lead = ahead ? round12(ahead[start + first] - ahead[start + second]) : prefers[pairStart + pair]
      const sign = Math.sign(lead)
      if (!certain) return { sign, certain: logistic(says.steepness * Math.abs(lead)) }
      return { sign, certain: sign ? certain[sign > 0 ? 0 : 1][cell] : 0.5 }
    }
  }

  /** Pick for a strategy or rule that looks at each instruction: the first of its pairs, in order, that satisfies the masks. */
  const pickByInstructions = (data, says, settings, result) => {
    const pass = passing(data, says, settings)
    const groups = groupsOf(data)
    const [numbers, pairs, lengths, open, like] = ["groups", "pairs", "lengths", "open", "like"].map((name) => data.array(says.rows[name]))
    const rule = ruleOf(data, says)
    let [start, place, pairStart] = [0, 0, 0]
    for (let row = 0; row < numbers.length; row++) {
      const { columns, names, texts } = groups[numbers[row]]
      let [picked, reason] = [0, "masked"]
      for (let at = 0; at < lengths[row] && picked < settings.pairs; at++) {
        const [first, second] = columns[pairs[place + at]]
        const cell = cellOf(data.count, data.models[names[first]], data.models[names[second]])
        if (!pass[cell]) continue
        const { sign, certain } = rule(cell, start, pairs[place + at], [first, second], pairStart)
        if (settings.min_confidence && certain < settings.min_confidence) continue
        if (at >= open[row]) {
          if (reason !== "tied") reason = at < like[row] ? "tied" : "unlike"
          continue
        }
        const better = sign > 0 ? first : second
        result.pick(names[better], names[first + second - better], texts[first] === texts[second], 1)
        picked += 1
      }
      if (!picked) result.leave(reason, 1)
      start += names.length
      place += lengths[row]
      pairStart += columns.length
    }
    if (says.rows.step === 1) return { rows: data.counts.rows, step: data.counts.step, fixed: data.counts.left_out }
    return { rows: numbers.length, step: says.rows.step * data.counts.step, fixed: {} }
  }

  /** Return the pairs of models with their counts, the most frequent first, and the facts of each. */
  const modelPairs = (data, counts, similarity) => {
    const size = data.names.length
    const agreement = new Map(data.agreement.map(([better, worse, share]) => [better * size + worse, share]))
    const rows = [...counts].map(([key, count]) => {
      const [chosen, rejected] = [Math.floor(key / size), key % size]
      const [a, b] = [data.models[chosen], data.models[rejected]]
      const cell = cellOf(data.count, Math.min(a, b), Math.max(a, b))
      const margin = a < b ? data.gaps[cell] : -data.gaps[cell]
      const alike = similarity[cell]
      const reverse = agreement.get(rejected * size + chosen)
      return {
        chosen: data.names[chosen], rejected: data.names[rejected], count, margin, similarity: alike,
        hardness: Math.min(Math.max(alike, 0), 1) * (1 - Math.abs(margin)),
        agreement: agreement.get(key) ?? (reverse === undefined ? null : 1 - reverse),
      }
    })
    return rows.sort((one, other) => other.count - one.count)
  }

  const mean = (rows, value) => {
    const used = rows.filter((row) => value(row) !== null)
    const total = used.reduce((sum, row) => sum + row.count, 0)
    return total ? used.reduce((sum, row) => sum + row.count * value(row), 0) / total : null
  }

  /** Return what `zebra run` would write with these settings; null if the page has nothing on the strategy and the measure. */
  const explored = (data, settings) => {
    const says = saysOf(data, settings)
    if (!says) return null
    const result = tally(data, settings)
    const { rows, step, fixed } = (says.rows ? pickByInstructions : pickByModels)(data, says, settings, result)
    const leftOut = { ...fixed }
    for (const [reason, count] of Object.entries(result.leftOut)) leftOut[reason] = (leftOut[reason] ?? 0) + count
    return { rows, step, leftOut, ...described(data, result.counts, settings.similarity) }
  }

  /** Return what the run wrote, as its manifest says. */
  const written = (data) => {
    const [chosen, rejected, counts] = data.run.had.model_pairs.map(data.array)
    const pairs = new Map([...counts].map((count, at) => [chosen[at] * data.names.length + rejected[at], count]))
    return { rows: data.run.had.rows, step: 1, leftOut: data.run.had.left_out, ...described(data, pairs, data.run.similarity) }
  }

  /** Return the pairs of models, and their number, effective number and means. */
  const described = (data, counts, measure) => {
    const { similarity } = data.measures.find((each) => each.name === measure)
    const models = modelPairs(data, counts, data.array(similarity))
    const pairs = models.reduce((sum, row) => sum + row.count, 0)
    return {
      pairs, models,
      effective: pairs ? pairs ** 2 / models.reduce((sum, row) => sum + row.count ** 2, 0) : 0,
      margin: mean(models, (row) => row.margin), similarity: mean(models, (row) => row.similarity),
      hardness: mean(models, (row) => row.hardness), agreement: mean(models, (row) => row.agreement),
    }
  }

  /** Return the command that builds what the page shows. */
  const command = (data, settings) => {
    const { start, end, flags, defaults } = data.command
    const measure = data.measures.find((each) => each.name === settings.similarity)
    const strategy = data.strategies.find((each) => each.name === settings.strategy)
    const values = FIELDS.filter((name) => settings[name] !== defaults[name]).map((name) => `${flags[name]} ${settings[name]}`)
    return [start, measure.words, strategy.words, ...values, end].filter(Boolean).join(" ")
  }

  /** Return the settings of the run, or the closest that the page has something on. */
  const settingsOf = (data) => {
    const { strategy, similarity } = data.run
    const present = saysOf(data, { strategy, similarity }) ? strategy : data.strategies.find((each) => each.says[similarity])?.name
    return { strategy: present, similarity, ...Object.fromEntries(FIELDS.map((name) => [name, data.run[name]])) }
  }

  return { decode, explored, written, command, settingsOf, saysOf }
})()

if (typeof module !== "undefined") module.exports = exploreChoice
