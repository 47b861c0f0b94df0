"use strict"

/* The panel in which another choice is tried: controls, what it gives beside the run, and the command that builds it. */
zebra.panel("explore", async (root, source) => {
  const { node, number } = zebra
  const data = await exploreChoice.decode(source)
  const own = exploreChoice.settingsOf(data)
  const wrote = exploreChoice.written(data)
  const again = exploreChoice.explored(data, own)
  const settings = { ...own }
  const BINS = 24
  let [result, run] = [again, wrote]

  const plural = (count, what) => `${number(count)} ${what}${count === 1 ? "" : "s"}`
  const pairsOfModels = (count) => `${number(count)} ${count === 1 ? "pair" : "pairs"} of models`
  const strategyOf = () => data.strategies.find((each) => each.name === settings.strategy)
  const measureOf = () => data.measures.find((each) => each.name === settings.similarity)
  const rangeOf = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity])
  const round = (value, up) => (up ? Math.ceil : Math.floor)(value * 100) / 100

  /** Return a labelled choice among names. */
  const choice = (name, label, entries) => {
    const options = entries.map((each) => node("option", { value: each.name, selected: each.name === settings[name] }, each.name))
    const select = node("select", { name, on: { change: () => { settings[name] = select.value; update() } } }, options)
    return { label: node("label", {}, label, select), show: () => { select.value = settings[name] } }
  }

  /** Mark a number that is not allowed, which changes nothing. */
  const flag = (field, fits) => (fits ? field.removeAttribute("aria-invalid") : field.setAttribute("aria-invalid", "true"))

  /** Return a labelled number with a slider. */
  const slider = (name, label, bounds) => {
    const set = (input, other) => {
      const value = Number(input.value)
      const fits = input.value.trim() !== "" && Number.isFinite(value) && (name === "threshold" || value >= 0) && (name !== "min_confidence" || value < 1)
      flag(field, fits)
      if (!fits) return
      settings[name] = value
      other.value = String(value)
      update()
    }
    const range = node("input", { type: "range", "aria-label": `${label}, slider`, on: { input: () => set(range, field) } })
    const field = node("input", { type: "number", name, step: "any", on: { input: () => set(field, range) } })
    const show = () => {
      const [low, high] = bounds()
      Object.assign(range, { min: String(low), max: String(high), step: String(high - low > 0.4 ? 0.01 : 0.001) })
      range.value = String(settings[name])
      if (Number(field.value) !== settings[name] || field.value === "") field.value = String(settings[name])
    }
    return { label: node("div", { class: "with-slider" }, node("label", {}, label, field), range), show }
  }

  /** Return a labelled whole number. */
  const whole = (name, label, most) => {
    const set = () => {
      const value = Number(field.value)
      const fits = Number.isInteger(value) && value >= 1 && value <= most
      flag(field, fits)
      if (fits) { settings[name] = value; update() }
    }
    const field = node("input", { type: "number", name, min: "1", max: String(most), step: "1", on: { input: set } })
    return { label: node("label", {}, label, field), show: () => { if (Number(field.value) !== settings[name]) field.value = String(settings[name]) } }
  }

  const alike = () => {
    const [low, high] = rangeOf(data.array(measureOf().similarity))
    return [round(Math.min(low, own.threshold, settings.threshold), false), round(Math.max(high, settings.threshold), true)]
  }
  const apart = () => [0, round(Math.max(rangeOf(data.gaps)[1], settings.min_gap), true)]
  const controls = [
    choice("strategy", "Strategy", data.strategies),
    choice("similarity", "Similarity", data.measures),
    slider("threshold", "Threshold", alike),
    slider("min_gap", "Min gap", apart),
    slider("min_confidence", "Min confidence", () => [0, 0.99]),
    ...(data.most > 1 ? [whole("pairs", "Pairs per instruction", data.most)] : []),
  ]

  const summary = node("p", { class: "explore-summary", role: "status", "aria-live": "polite" })
  const about = node("p", { class: "dim" })
  const facts = node("div", { class: "explore-facts" })
  const models = node("div")
  const command = node("pre", { class: "explore-command", tabindex: "0", role: "region", "aria-label": "Command" })
  const copy = node("button", { type: "button", on: { click: () => zebra.copy(command.textContent, copy) } }, "Copy the command")
  const back = node("button", { type: "button", on: { click: () => { Object.assign(settings, own); update() } } }, "Back to the run")
  const charts = ["margin", "similarity", "hardness"].map((name) => ({ name, element: node("div", { class: "chart" }) }))

  /** Return of how many instructions the numbers are. */
  const instructions = ({ rows, step }) =>
    step === 1 ? plural(rows, "instruction") : `a sample of ${plural(rows, "instruction")}, about one in ${number(step)}`

  /** Return what to compare with: the run or, if only a sample is looked at, what the run's settings give on one. */
  const baseline = () => (result && result.step > 1 && again ? again : wrote)
  const named = () => (run === wrote ? "the run" : "the run's settings")

  const row = (label, value) => [label, result ? value(result) : null, value(run)]
  const share = (value) => (value.rows ? value.pairs / value.rows : 0)

  const showFacts = () => {
    const rows = [
      ["fact", "these settings", named()],
      row("pairs", (each) => each.pairs), row("pairs per instruction", share),
      row("pairs of models", (each) => each.models.length), row("as many as, evenly used", (each) => each.effective),
      row("mean margin", (each) => each.margin), row("mean similarity", (each) => each.similarity),
      row("mean hardness", (each) => each.hardness),
      ...(data.agreement.length ? [row("agreement with labels", (each) => each.agreement)] : []),
    ]
    const reasons = new Set([...Object.keys(result?.leftOut ?? {}), ...Object.keys(run.leftOut)])
    for (const reason of reasons) rows.push(row(`left out: ${reason}`, (each) => each.leftOut[reason] ?? 0))
    facts.replaceChildren(zebra.table(rows, { caption: "What these settings give" }))
  }

  const shown = () => (result?.models ?? []).filter((each) => !zebra.selected || [each.chosen, each.rejected].includes(zebra.selected))

  const showModels = () => {
    const button = (model) => node("button", { type: "button", class: "plain", on: { click: () => zebra.select(model) } }, model)
    const labelled = data.agreement.length > 0
    const header = ["chosen", "rejected", "pairs", "share", "margin", "similarity", "hardness", ...(labelled ? ["agreement"] : [])]
    const rows = shown().slice(0, 200).map((each) => [
      button(each.chosen), button(each.rejected), each.count, each.count / result.pairs, each.margin, each.similarity, each.hardness,
      ...(labelled ? [each.agreement] : []),
    ])
    const more = shown().length - rows.length
    models.replaceChildren(zebra.table([header, ...rows], { caption: `Pairs of models${zebra.selected ? ` with ${zebra.selected}` : ""}` }),
      ...(more > 0 ? [node("p", { class: "dim" }, `${number(more)} less frequent pairs of models are not listed.`)] : []))
  }

  /** Return the shares of the pairs whose value is in each bin. */
  const histogram = (rows, name, [low, high]) => {
    const shares = new Array(BINS).fill(0)
    const total = rows.reduce((sum, each) => sum + each.count, 0)
    for (const each of rows) shares[Math.min(BINS - 1, Math.max(0, Math.floor(((each[name] - low) / (high - low || 1)) * BINS)))] += each.count / total
    return shares
  }

  const domain = (name) => {
    const both = [...(result?.models ?? []), ...run.models].map((each) => each[name])
    const [low, high] = rangeOf(both.length ? both : [0, 1])
    return [round(low, false), Math.max(round(high, true), round(low, false) + 0.01)]
  }

  /** Draw the distribution of a value under these settings as bars, and that of the run as a line. */
  const draw = ({ name, element }) => {
    const [low, high] = domain(name)
    const edges = Array.from({ length: BINS + 1 }, (_, at) => low + ((high - low) * at) / BINS)
    const [these, those] = [histogram(shown(), name, [low, high]), histogram(run.models, name, [low, high])]
    const bars = these.map((value, at) => ({ start: edges[at], end: edges[at + 1], share: value }))
    const line = [...those, those.at(-1)].map((value, at) => ({ start: edges[at], share: value }))
    const x = { field: "start", bin: "binned", type: "quantitative", title: name, scale: { domain: [low, high], nice: false, zero: false }, axis: { tickCount: 5, grid: false } }
    const y = { field: "share", type: "quantitative", title: "share of pairs", axis: { format: "%", tickCount: 3 } }
    const colour = (text) => ({ datum: text, scale: { domain: ["these settings", named()], range: ["#3b7dc4", "#d96f2b"] }, legend: { title: null, orient: "top" } })
    const hint = [{ field: "start", format: ".3f", title: "from" }, { field: "end", format: ".3f", title: "to" }, { field: "share", format: ".1%", title: "these settings" }]
    return zebra.chart(element, {
      $schema: "https://vega.github.io/schema/vega-lite/v6.json", width: "container", height: 130,
      description: `Distribution of ${name}: mean ${number(result?.[name])} with these settings, ${number(run[name])} with ${named()}.`,
      layer: [
        { data: { values: bars }, mark: { type: "bar", opacity: 0.75 }, encoding: { x, x2: { field: "end" }, y, color: colour("these settings"), tooltip: hint } },
        { data: { values: line }, mark: { type: "line", interpolate: "step-after", strokeWidth: 1.5 }, encoding: { x: { ...x, bin: undefined }, y, color: colour(named()) } },
      ],
    })
  }

  let waiting
  /** Show the result at once, and what takes longer to draw once the settings rest. */
  const update = () => {
    result = exploreChoice.explored(data, settings)
    run = baseline()
    root.explored = { settings: { ...settings }, result, command: exploreChoice.command(data, settings) }
    for (const control of controls) control.show()
    const { name, about: what, rule } = strategyOf()
    about.replaceChildren(`${name}: ${what} The rule is ${rule}.`, node("br"), `${settings.similarity}: ${measureOf().about}`)
    command.textContent = root.explored.command
    showFacts()
    clearTimeout(waiting)
    waiting = setTimeout(rest, 120)
  }

  const rest = () => {
    summary.textContent = !result ? `This page has nothing on ${settings.strategy} with ${settings.similarity}; the command still works.`
      : `${plural(result.pairs, "pair")} of ${instructions(result)}, ${pairsOfModels(result.models.length)}; ${named()} ${run === wrote ? "had" : "give"} ${number(run.pairs)} and ${number(run.models.length)}.` +
        (result.pairs ? "" : " `zebra run` ends with an error if not one pair is left.")
    showModels()
    return Promise.all(charts.map(draw))
  }

  const notes = [...data.notes]
  if (again?.step === 1 && !data.notes.length && again.pairs !== wrote.pairs) {
    notes.push(`With the run's own settings this page counts ${plural(again.pairs, "pair")}, and the run had ${number(wrote.pairs)}: the pool has changed since.`)
  }
  root.classList.add("explore")
  root.append(
    node("form", { class: "controls", "aria-label": "Settings", on: { submit: (event) => event.preventDefault() } }, controls.map(({ label }) => label)),
    about, summary, node("div", { class: "charts" }, charts.map(({ element }) => element)), facts,
    node("h3", {}, "Command"), command, node("p", { class: "explore-buttons" }, copy, " ", back),
    node("h3", {}, "Pairs of models"), models,
    ...(notes.length ? [node("ul", { class: "notes" }, notes.map((text) => node("li", {}, text)))] : []),
  )
  document.addEventListener("zebra:select", () => { if (root.isConnected) rest() })
  update()
  clearTimeout(waiting)
  await rest()
})
