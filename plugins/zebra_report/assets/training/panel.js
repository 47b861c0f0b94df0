"use strict"

/* A training that runs: how far it is, and the page that reloads itself where it was, unless it is paused. */
zebra.panel("training", (root, { step, total, every, updated }) => {
  const { node, number } = zebra
  const place = `zebra:${location.pathname}`
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches
  const saved = JSON.parse(sessionStorage.getItem(place) ?? "{}")
  let paused = saved.paused ?? still
  let timer

  const keep = () => sessionStorage.setItem(place, JSON.stringify({ paused, top: scrollY, height: document.body.scrollHeight,
    opened: [...document.querySelectorAll("details")].map((part) => part.open) }))
  const reload = () => { keep(); location.reload() }

  const steps = total ? `Step ${number(step)} of ${number(total)}` : `Step ${number(step)}`
  const when = new Date(updated).toLocaleTimeString("en", { hour12: false })
  const state = node("span", {})
  const pause = node("button", { type: "button", on: { click: () => { paused = !paused; keep(); show() } } })
  const now = node("button", { type: "button", on: { click: reload } }, "Update now")

  const show = () => {
    clearTimeout(timer)
    pause.textContent = paused ? "Update by itself" : "Pause"
    pause.setAttribute("aria-pressed", String(paused))
    state.textContent = paused ? ", paused" : `, updated every ${every} seconds`
    if (!paused) timer = setTimeout(reload, every * 1000)
  }

  /** Return to where the page was; its height is kept until the charts are drawn. */
  const restore = () => {
    if (saved.top === undefined) return
    document.body.style.minHeight = `${saved.height}px`
    document.querySelectorAll("details").forEach((part, at) => { part.open = saved.opened?.[at] ?? part.open })
    scrollTo({ top: saved.top, behavior: "instant" })
    new MutationObserver(() => { document.body.style.minHeight = "" }).observe(document.documentElement, { attributeFilter: ["data-ready"] })
  }

  root.append(
    node("progress", { class: "steps", "aria-label": "Steps", max: total || 1, value: total ? step : null }),
    node("p", {}, `${steps}, as of ${when}`, state),
    node("div", { class: "controls" }, pause, now))
  history.scrollRestoration = "manual"
  restore()
  show()
})
