"use strict"

/* Instructions whose pairs differ between two datasets: both pairs side by side, ten instructions at a time. */
zebra.panel("comparison", (root, { names, pairs }) => {
  const { node, number } = zebra
  const PAGE = 10
  const every = "all"
  let start = 0

  const choice = (label, options) => {
    const select = node("select", { on: { change: () => { start = 0; show() } } }, options.map(([value, text]) => node("option", { value }, text)))
    return { select, element: node("label", {}, label, select) }
  }

  const counted = (name, text, matches) => [name, `${text} (${number(pairs.filter(matches).length)})`]
  const kinds = choice("What differs", [
    counted(every, "Anything", () => true),
    counted("reversed", "The labels are reversed", (pair) => pair.differs === "reversed"),
    counted("another pair", "It is another pair", (pair) => pair.differs === "another pair"),
  ])
  const others = choice("Compared with", [[every, "All datasets"], ...names.slice(1).map((name) => [name, name])])
  const search = node("input", { type: "search", on: { input: () => { start = 0; show() } } })
  const models = (pair) => pair.pairs.flatMap((side) => [side.chosen_model, side.rejected_model])

  const matching = () => {
    const words = search.value.toLowerCase()
    return pairs.filter((pair) =>
      (kinds.select.value === every || pair.differs === kinds.select.value) &&
      (others.select.value === every || pair.dataset === others.select.value) &&
      (!zebra.selected || models(pair).includes(zebra.selected)) &&
      (!words || JSON.stringify(pair).toLowerCase().includes(words)))
  }

  const response = (label, model, text) =>
    node("div", { class: `response ${label}` },
      node("p", { class: "who" }, node("span", { class: "label" }, label), ` ${model}`), node("p", { class: "said" }, text))

  const side = (name, pair) =>
    node("div", { class: "side" },
      node("h4", {}, name),
      response("chosen", pair.chosen_model, pair.chosen),
      response("rejected", pair.rejected_model, pair.rejected),
      node("p", { class: "dim" }, `margin ${number(pair.margin)}, similarity ${number(pair.similarity)}, confidence ${number(pair.confidence)}`))

  const card = (pair) =>
    node("article", { class: "differing" },
      node("h3", {}, pair.prompt),
      node("p", { class: "dim" }, `${pair.differs === "reversed" ? "the labels are reversed" : "another pair"} · ${pair.id}`),
      node("div", { class: "sides" }, side(names[0], pair.pairs[0]), side(pair.dataset, pair.pairs[1])))

  const list = node("div", {})
  const status = node("p", { class: "dim", role: "status" })
  const turn = (by) => { start += by; show(); list.scrollIntoView({ block: "start" }) }
  const back = node("button", { type: "button", on: { click: () => turn(-PAGE) } }, "Previous")
  const forth = node("button", { type: "button", on: { click: () => turn(PAGE) } }, "Next")

  const show = () => {
    const some = matching()
    list.replaceChildren(...some.slice(start, start + PAGE).map(card))
    for (const text of list.querySelectorAll(".said, h3")) {
      if (text.scrollHeight > text.clientHeight) text.tabIndex = 0  // so that it can be scrolled by keyboard
    }
    const end = Math.min(start + PAGE, some.length)
    status.textContent = some.length ? `${number(start + 1)} to ${number(end)} of ${number(some.length)}` : "No such instruction"
    back.disabled = start === 0
    forth.disabled = end >= some.length
  }

  document.addEventListener("zebra:select", () => { start = 0; show() })
  root.append(
    node("div", { class: "controls" }, kinds.element, names.length > 2 ? others.element : null, node("label", {}, "Search", search)),
    list, status, node("div", { class: "controls" }, back, forth))
  show()
})
