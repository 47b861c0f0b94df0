"use strict"

/* Charts: Vega-Lite specifications, drawn as SVG in the colours of the page, without code made from text. */
;(() => {
  const drawn = new Map()
  const dark = matchMedia("(prefers-color-scheme: dark)")
  let embedded

  const source = () => (embedded ??= JSON.parse(document.getElementById("charts-data").textContent))

  const look = () => {
    const { config, ink } = source()
    const colour = getComputedStyle(document.documentElement).getPropertyValue("--ink").trim()
    return JSON.parse(JSON.stringify(config).replaceAll(ink, colour))
  }

  const tip = zebra.node("div", { class: "tip", hidden: true, role: "tooltip" })

  /** Show the tooltip of a mark: a line for each field. */
  const hint = (_, event, item, value) => {
    tip.hidden = !value
    if (!value) return
    const lines = typeof value === "object" ? Object.entries(value).map(([name, text]) => `${name}: ${text}`) : [value]
    tip.replaceChildren(...lines.map((line) => zebra.node("div", {}, String(line))))
    const { width, height } = tip.getBoundingClientRect()
    tip.style.left = `${Math.max(4, Math.min(event.clientX + 12, innerWidth - width - 4))}px`
    tip.style.top = `${event.clientY + 16 + height > innerHeight ? event.clientY - height - 8 : event.clientY + 16}px`
  }

  const follows = (spec) => (spec.params ?? []).some((parameter) => parameter.name === "selected")

  const render = async (element, spec) => {
    drawn.get(element)?.view.finalize()
    const picture = zebra.node("div", { class: "picture" })
    const controls = zebra.node("div")
    element.replaceChildren(picture, controls)
    const { spec: compiled } = vegaBundle.compile({ ...spec, config: { ...look(), ...spec.config } }, { logger: quiet })
    const runtime = vegaBundle.parse(compiled, null, { ast: true })
    const view = new vegaBundle.View(runtime, {
      expr: vegaBundle.expressionInterpreter, renderer: "svg", container: picture, bind: controls, hover: true, logger: quiet,
    })
    view.tooltip(hint)
    if (follows(spec)) {
      view.signal("selected", zebra.selected)
      view.addEventListener("click", (_, item) => { if (item?.datum?.model) zebra.select(item.datum.model) })
    }
    drawn.set(element, { view, spec })
    await view.runAsync()
    describe(picture, spec)
    if (element.scrollWidth > element.clientWidth) element.setAttribute("tabindex", "0")
    return view
  }

  /** Name a chart for those who do not see it; its table has the numbers. */
  const describe = (picture, spec) => {
    picture.querySelector("svg")?.setAttribute("aria-hidden", "true")
    picture.setAttribute("role", "img")
    picture.setAttribute("aria-label", spec.description || picture.closest("section")?.querySelector("h2")?.textContent || "Chart")
  }

  const quiet = { level: () => quiet, error: (...words) => { console.error(...words); return quiet }, warn: () => quiet, info: () => quiet, debug: () => quiet }

  zebra.chart = render
  zebra.draw = (element) => render(element, source().charts[element.dataset.chart][Number(element.dataset.number)])

  const redraw = () => Promise.all([...drawn].filter(([element]) => element.isConnected).map(([element, { spec }]) => render(element, spec)))

  document.addEventListener("zebra:select", ({ detail }) => {
    for (const [element, { view, spec }] of drawn) {
      if (element.isConnected && follows(spec)) view.signal("selected", detail).runAsync()
    }
  })
  dark.addEventListener("change", redraw)
  document.addEventListener("DOMContentLoaded", () => document.body.append(tip))
  let width = innerWidth
  let waiting
  addEventListener("resize", () => {
    if (innerWidth === width) return
    width = innerWidth
    clearTimeout(waiting)
    waiting = setTimeout(redraw, 200)
  })
})()
