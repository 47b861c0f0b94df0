"use strict"

/* Browse the pairs: search, filters, a list, and one pair at a time with its differences and the reason for which it was made. */
;(() => {
  const { node, number } = zebra
  const { PAGE, plain, ratio, sourceOf } = pairSources
  const SORTS = ["margin", "similarity", "confidence", "length"]
  const RANGES = { margin: "Margin", similarity: "Similarity", confidence: "Confidence", length: "Length, chosen / rejected" }
  const STEPS = { j: 1, ArrowDown: 1, ArrowRight: 1, k: -1, ArrowUp: -1, ArrowLeft: -1 }

  /** Return a text with the characters that hide or reorder others as escapes, as in the rest of the page. */
  const shown = (text) => text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g, (letter) => {
    const code = letter.codePointAt(0)
    return letter === "\r" ? "\\r" : code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`
  })
  const readable = (text) => shown(text.replaceAll("\r\n", "\n"))


  const option = (value, label) => node("option", { value }, label)
  const labelled = (label, ...controls) => node("label", {}, label, ...controls)

  /** Return how often each value occurs, the most frequent first; the server tells it, the page counts. */
  const frequencies = (data, name) => {
    if (data.values) return data.values[name]
    const counts = new Map()
    for (const value of data.pairs[name]) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
    return [...counts].sort((one, other) => other[1] - one[1])
  }

  /** Return the controls, and a function that reads the query from them. */
  const controls = (data, changed) => {
    const choose = (name, label) => {
      const counts = frequencies(data, name)
      const select = node("select", { on: { change: changed } }, option("", "any"),
        counts.map(([value, count]) => option(value, `${shown(value)} (${number(count, 0)})`)))
      return { select, label: counts.length > 1 || name !== "source" ? labelled(label, select) : null }
    }
    const search = node("input", { type: "search", placeholder: "in prompts and responses", on: { input: changed } })
    const [chosen, rejected, source] = [["chosen_model", "Chosen model"], ["rejected_model", "Rejected model"], ["source", "Source"]].map((each) => choose(...each))
    const counts = Object.entries(data.lints).map(([name, rows]) => [name, rows.length ?? rows])
    const lint = node("select", { on: { change: changed } }, option("", "any"), counts.map(([name, count]) => option(name, `${name} (${number(count, 0)})`)))
    const sort = node("select", { on: { change: changed } }, option("", "as in the dataset"),
      SORTS.flatMap((name) => [option(`${name} up`, `${RANGES[name].toLowerCase()}, smallest first`), option(`${name} down`, `${RANGES[name].toLowerCase()}, largest first`)]))
    const bounds = Object.fromEntries(SORTS.map((name) => [name, ["from", "to"].map((word) =>
      node("input", { type: "number", step: "any", placeholder: word, "aria-label": `${RANGES[name]}, ${word}`, on: { input: changed } }))]))
    const clear = () => {
      for (const control of element.querySelectorAll("input, select")) control.value = ""
      if (zebra.selected) zebra.select("")
      changed()
    }
    const title = node("summary", {}, "Ranges")
    const ranges = node("details", { class: "pairs-ranges" }, title, node("div", { class: "controls" },
      SORTS.map((name) => node("fieldset", {}, node("legend", {}, RANGES[name]), bounds[name]))))
    const element = node("div", { class: "pairs-bar" }, node("div", { class: "controls" }, labelled("Search", search), chosen.label, rejected.label,
      source.label, counts.length ? labelled("Lint", lint) : null, labelled("Order", sort),
      node("button", { type: "button", on: { click: clear } }, "Clear")), ranges)
    const value = (input) => (input.value === "" || !Number.isFinite(input.valueAsNumber) ? null : input.valueAsNumber)
    const set = () => SORTS.map((name) => [name, { from: value(bounds[name][0]), to: value(bounds[name][1]) }])
      .filter(([, { from, to }]) => from !== null || to !== null)
    const query = () => {
      title.textContent = set().length ? `Ranges (${set().length} set)` : "Ranges"
      return {
      search: search.value, chosen: chosen.select.value, rejected: rejected.select.value, source: source.select.value, lint: lint.value,
      sort: sort.value, models: zebra.selected ? namesOf(data, zebra.selected) : null,
      ranges: Object.fromEntries(set()),
      }
    }
    return { element, query, search }
  }

  /** Return the pool's names of a model, which may be selected by the name that the scores have for it. */
  const namesOf = (data, model) => Object.keys(data.pool).filter((name) => {
    const scored = data.models.names[data.pool[name][0]]
    return shown(name) === model || (scored !== undefined && shown(scored) === model)
  })

  const modelButton = (name) => node("button", { type: "button", class: "pairs-model", title: "Show only this model, everywhere", on: { click: () => zebra.select(shown(name)) } }, shown(name))

  /** Return a prompt: its text, or its messages with their roles. */
  const promptNodes = (prompt) => (typeof prompt === "string" ? [readable(prompt)]
    : prompt.map(([role, text]) => node("div", { class: "pairs-message" }, node("span", { class: "dim" }, `${shown(role)}: `), readable(text))))

  const textBox = (label, content, cut) => node("div", { class: "pairs-text", tabindex: "0", role: "region", "aria-label": label }, content,
    cut > 0 ? node("p", { class: "dim" }, `${number(cut, 0)} more characters`) : null)

  /** Return one response: its model, its length, and its text with the words marked that only it has. */
  const response = (pair, side, pieces) => {
    const text = pair[side]
    const content = pieces ? pieces.map(([both, words]) => (both ? words : node(side === "chosen" ? "ins" : "del", {}, words))) : [readable(text)]
    return node("div", { class: `pairs-response pairs-${side}` },
      node("h3", {}, side === "chosen" ? "Chosen " : "Rejected ", modelButton(pair[`${side}_model`])),
      node("p", { class: "dim" }, `${number(pair[`${side}_length`], 0)} characters`),
      textBox(`${side} response`, text ? content : [node("em", { class: "dim" }, "(empty)")], pair[`${side}_length`] - [...text].length))
  }

  /** Return a table whose numbers all have three digits, so that they are below each other. */
  const table = (rows, caption) => {
    const element = zebra.table(rows, { caption })
    for (const cell of element.querySelectorAll("td.number")) if (/^-?\d+$/.test(cell.textContent)) cell.textContent += ".000"
    return element
  }

  /** Return both models' superiority, overall and by axis. */
  const scores = (data, pair) => {
    const [chosen, rejected] = [pair.chosen_model, pair.rejected_model].map((name) => data.pool[name] ?? [-1, null])
    if (chosen[1] === null || rejected[1] === null) return node("p", { class: "dim" }, "The parts of the dataset were made from different scores, so the models have no superiority in common.")
    const row = (label, one, other) => [label, one, other, one - other]
    const axes = chosen[0] < 0 || rejected[0] < 0 ? [] : Object.entries(data.models.axes)
    return table([["superiority", shown(pair.chosen_model), shown(pair.rejected_model), "difference"], row("overall", chosen[1], rejected[1]),
      ...axes.map(([axis, values]) => row(axis, values[chosen[0]], values[rejected[0]]))], "Superiority of both models")
  }

  const fact = (name, value) => node("div", {}, node("dt", { class: "dim" }, name), node("dd", {}, value))

  const why = (data, pair) => node("div", { class: "pairs-why" }, node("h3", {}, "Why this pair was made"),
    node("dl", {}, fact("Margin", number(pair.margin)), fact("Similarity", number(pair.similarity)), fact("Confidence", number(pair.confidence)),
      fact("Length, chosen / rejected", number(ratio(pair), 2)), fact("Strategy", data.strategy), fact("Rule", data.rule)),
    pair.margin < 0 ? node("p", { class: "dim" }, "The margin is below 0: the rule chose the response of the model with the lower scores.") : null, scores(data, pair))

  /** Return what else the instruction could have given, and what removed it. */
  const possible = (data, pair, entry) => {
    const { names, superiority, similarity } = data.models
    const isMade = ([better, worse]) => names[better] === names[data.pool[pair.chosen_model]?.[0]] && names[worse] === names[data.pool[pair.rejected_model]?.[0]]
    const rows = entry.pairs.map((each) => {
      const [better, worse, confidence, reason] = each
      const made = isMade(each)
      const label = `${shown(names[better])} over ${shown(names[worse])}`
      return [made ? node("strong", {}, label) : label, similarity ? similarity[better][worse] : "", superiority[better] - superiority[worse], confidence,
        made ? node("strong", {}, "this pair") : data.reasons[reason]]
    })
    const more = entry.more.map((count, reason) => (count ? `${number(count, 0)} ${data.reasons[reason]}` : "")).filter(Boolean)
    const total = entry.models.length * (entry.models.length - 1) / 2
    return [
      node("p", {}, `${entry.models.length} models with scores answered, so ${number(total, 0)} ${total === 1 ? "pair was" : "pairs were"} possible, the most desirable first.`),
      table([["pair", "similarity", "superiority gap", "confidence", "why not"], ...rows], "Possible pairs"),
      more.length ? node("p", { class: "dim" }, `Not listed: ${more.join(", ")}.`) : null,
    ].filter(Boolean)
  }

  /** Mark what is searched for, without changing the texts, where the browser can. */
  const highlight = (article, text) => {
    if (!self.CSS?.highlights || !self.Highlight) return
    CSS.highlights.delete("pairs-search")
    if (!text) return
    const ranges = []
    const find = (current, folded, wanted) => {
      if (folded.length !== current.data.length) return
      for (let at = folded.indexOf(wanted); at >= 0 && ranges.length < 1000; at = folded.indexOf(wanted, at + wanted.length)) {
        ranges.push(new StaticRange({ startContainer: current, startOffset: at, endContainer: current, endOffset: at + wanted.length }))
      }
    }
    for (const element of article.querySelectorAll(".pairs-text")) {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
      for (let current = walker.nextNode(); current; current = walker.nextNode()) find(current, current.data.toLowerCase(), text.toLowerCase())
    }
    CSS.highlights.set("pairs-search", new Highlight(...ranges))
  }

  zebra.panel("pairs", async (root, data) => {
    const source = sourceOf(data)
    const state = { query: null, at: 0, start: 0, matched: 0, pairs: [], turn: 0, pair: null }
    const status = node("p", { class: "dim", role: "status" })
    const list = node("div", { class: "pairs-list", role: "listbox", tabindex: "0", "aria-label": "Pairs" })
    const position = node("input", { type: "number", min: "1", class: "pairs-position", "aria-label": "Number of the pair among those that match" })
    const count = node("span", { class: "dim" })
    const marking = node("input", { type: "checkbox", checked: true })
    const [before, after] = [["Previous", -1], ["Next", 1]].map(([label, step]) => node("button", { type: "button", on: { click: () => move(step) } }, label))
    const article = node("div", { class: "pairs-pair", tabindex: "-1", "aria-live": "off" })
    let waiting
    const changed = () => { clearTimeout(waiting); waiting = setTimeout(() => search(), 120) }
    const bar = controls(data, changed)

    /** Show what the controls ask for, from the first pair that matches. */
    const search = async () => {
      state.query = bar.query()
      await show(0, true)
    }

    /** Show the pair at a position among those that match; a later call overtakes an earlier one. */
    const show = async (at, anew = false) => {
      const turn = ++state.turn
      const start = Math.floor(at / PAGE) * PAGE
      try {
        if (anew || start !== state.start) {
          const answer = await source.page(state.query, start)
          if (turn !== state.turn) return
          Object.assign(state, { start, matched: answer.matched, pairs: answer.pairs })
          options()
        }
        state.at = at
        await draw(turn)
      } catch (error) {
        if (turn === state.turn) status.replaceChildren(node("span", { class: "bad" }, `The pairs cannot be read: ${error.message}`))
      }
    }
    const move = (step) => {
      const at = Math.min(Math.max(state.at + step, 0), state.matched - 1)
      if (at >= 0 && at !== state.at) return show(at)
    }

    const options = () => {
      const all = data.pairs ? data.pairs.id.length : data.total
      status.textContent = state.matched === all ? `All ${number(all, 0)} pairs` : `${number(state.matched, 0)} of ${number(all, 0)} pairs match`
      list.replaceChildren(...state.pairs.map((pair, row) => node("div", {
        role: "option", id: `pairs-${state.start + row}`, on: { click: () => show(state.start + row) },
      }, node("span", { class: "pairs-prompt" }, shown(plain(pair.prompt).slice(0, 160)) || "(empty prompt)"),
      node("span", {}, `${shown(pair.chosen_model)} over ${shown(pair.rejected_model)}`),
      node("span", { class: "dim" }, `margin ${number(pair.margin, 2)}, similarity ${number(pair.similarity, 2)}`))))
    }

    /** Show the pair at the position, select it in the list, and say where it is. */
    const draw = async (turn) => {
      const pair = state.pair = state.pairs[state.at - state.start] ?? null
      for (const [row, each] of [...list.children].entries()) each.setAttribute("aria-selected", String(row === state.at - state.start))
      const current = pair && list.children[state.at - state.start]
      if (current) {
        list.setAttribute("aria-activedescendant", current.id)
        const [top, bottom] = [current.offsetTop - list.offsetTop, current.offsetTop - list.offsetTop + current.offsetHeight]
        if (top < list.scrollTop || bottom > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 3
      } else list.removeAttribute("aria-activedescendant")
      position.value = pair ? state.at + 1 : ""
      position.max = state.matched
      count.textContent = `of ${number(state.matched, 0)}`
      before.disabled = state.at <= 0
      after.disabled = state.at >= state.matched - 1
      if (!pair) return article.replaceChildren(node("p", { class: "dim" }, "No pair matches."))
      body(pair)
      highlight(article, state.query.search)
      await other(pair, turn)
    }

    const body = (pair) => {
      const compared = marking.checked ? pairDifferences.between(readable(pair.chosen), readable(pair.rejected)) : null
      const marked = compared?.share > 0 ? compared : null
      const copy = node("button", { type: "button", on: { click: () => zebra.copy(pair.id, copy) } }, "Copy the id")
      const note = compared && (marked ? `${number(100 * marked.share, 0)} % of the words are in both responses. Those of the chosen one alone are underlined, those of the rejected one alone struck through${marked.cut ? `, in the first ${number(pairDifferences.WORDS, 0)} words` : ""}.` : "No word is in both responses.")
      article.replaceChildren(
        node("p", { class: "dim pairs-id" }, `Pair ${number(pair.place + 1, 0)} of the dataset: ${shown(pair.id)}`, pair.source ? `, source ${shown(pair.source)}` : "", " ", copy),
        node("h3", {}, "Prompt"), textBox("Prompt", promptNodes(pair.prompt), 0),
        node("div", { class: "pairs-both" }, response(pair, "chosen", marked?.pieces[0]), response(pair, "rejected", marked?.pieces[1])),
        ...(note ? [node("p", { class: "dim" }, note)] : []), why(data, pair))
    }

    /** Add what else was possible, as soon as it is known. */
    const other = async (pair, turn) => {
      const place = node("div", {}, node("h3", {}, "What else was possible"))
      article.append(place)
      if (data.note) return place.append(node("p", { class: "dim" }, data.note))
      const waiting = node("p", { class: "dim" }, "The pool is read again ...")
      place.append(waiting)
      let nodes
      try {
        const entry = await source.possible(pair)
        nodes = entry ? possible(data, pair, entry) : [node("p", { class: "dim" }, "The instruction is not in the part of the pool that was read again.")]
      } catch (error) {
        nodes = [node("p", { class: "bad" }, error.message)]
      }
      if (turn === state.turn) waiting.replaceWith(...nodes)
    }

    root.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), select, textarea")) return
      const scrolls = event.target.closest(".pairs-text, .scroll")
      if (event.key.startsWith("Arrow") && scrolls && scrolls.scrollHeight > scrolls.clientHeight) return
      const target = { Home: 0, End: state.matched - 1 }[event.target === list ? event.key : ""]
      if (!(event.key in STEPS) && target === undefined) return
      event.preventDefault()
      if (target === undefined) move(STEPS[event.key])
      else if (state.matched) show(target)
    })
    position.addEventListener("change", () => {
      const at = Math.min(Math.max(Math.round(position.valueAsNumber) - 1, 0), state.matched - 1)
      if (Number.isFinite(at) && at >= 0) show(at)
    })
    marking.addEventListener("change", () => { if (state.pair) show(state.at) })
    document.addEventListener("zebra:select", () => search())

    root.replaceChildren(bar.element, status, node("div", { class: "pairs" }, list, node("div", { class: "pairs-side" },
      node("div", { class: "controls pairs-steps" }, before, after, node("span", {}, "Pair ", position, " ", count),
        node("label", { class: "pairs-check" }, marking, " Mark differences")), article)))
    await search()
  })
})()
