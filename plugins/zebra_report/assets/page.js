"use strict"

/* The page: parts that scripts fill, the model that is selected, and what the scripts share. Texts of the data become text nodes only. */
const zebra = (() => {
  const panels = new Map()

  /** Register the script of a panel: start(root, data, part) fills the empty element `root` of its part. */
  const panel = (name, start) => panels.set(name, start)

  /** Return an element: attributes by name, `on` for listeners, null and false left out; children are elements or texts. */
  const node = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag)
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener)
      else if (name in element && typeof value === "boolean") element[name] = value
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value)
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false))
    return element
  }

  /** Return a number as in the tables: with separators, fractions with three digits unless said otherwise, "" for none. */
  const number = (value, digits) => {
    if (value === null || value === undefined || Number.isNaN(value)) return ""
    const places = digits ?? (Number.isInteger(value) || Math.abs(value) >= 1000 ? 0 : 3)
    return value.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places })
  }

  const cell = (tag, value, attributes = {}) => {
    const numeric = typeof value === "number"
    const content = value instanceof Node ? value : numeric ? number(value) : (value ?? "")
    return node(tag, { ...attributes, class: numeric ? "number" : null }, content)
  }

  /** Return a table; the header is the first row, cells are texts, numbers or elements. */
  const table = (rows, { caption = "" } = {}) => {
    const [header = [], ...body] = rows
    const numeric = header.map((_, at) => body.length > 0 && typeof body[0][at] === "number")
    const heads = header.map((name, at) => node("th", { scope: "col", class: numeric[at] ? "number" : null }, String(name)))
    return node("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption || "Table" },
      node("table", {}, caption ? node("caption", {}, caption) : null, node("thead", {}, node("tr", {}, heads)),
        node("tbody", {}, body.map((row) => node("tr", {}, row.map((value) => cell("td", value)))))))
  }

  /** Select a model in every part of the page, "" for none; parts listen to the document's event `zebra:select`. */
  const select = (model) => {
    api.selected = model === api.selected ? "" : model
    document.dispatchEvent(new CustomEvent("zebra:select", { detail: api.selected }))
  }

  /** Copy a text, and say so on the button for a moment. A page from a file may not use the clipboard: a selection may. */
  const copy = async (text, button) => {
    const label = button.textContent
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      const area = node("textarea", { "aria-hidden": "true" })
      area.value = text
      document.body.append(area)
      area.select()
      document.execCommand("copy")
      area.remove()
    }
    button.textContent = "Copied"
    setTimeout(() => { button.textContent = label }, 1500)
  }

  /** Return the value that is embedded, compressed, in a script element. */
  const decode = async (id) => {
    const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0))
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))
    return JSON.parse(await new Response(stream).text())
  }

  const failed = (root, error) => {
    console.error(error)
    root.replaceChildren(node("p", { class: "bad", role: "alert" }, `This part cannot be shown: ${error.message}`))
  }

  const idle = () => new Promise((resolve) => (self.requestIdleCallback ?? setTimeout)(resolve))

  /** Fill the parts one after the other, in the order of the page, so that the page can be read meanwhile. */
  const start = async () => {
    document.addEventListener("zebra:select", ({ detail }) => status(detail))
    for (const root of document.querySelectorAll("[data-panel], [data-chart]")) {
      await idle()
      try {
        if (root.dataset.chart) await api.draw(root)
        else await panels.get(root.dataset.panel)(root, await decode(root.dataset.source))
      } catch (error) {
        failed(root, error)
      }
    }
    document.documentElement.dataset.ready = "true"
  }

  /** Show which model is selected, with a button that ends it. */
  const status = (model) => {
    document.querySelector(".selection")?.remove()
    if (!model) return
    const clear = node("button", { type: "button", on: { click: () => select("") } }, "Show all")
    document.body.append(node("p", { class: "selection", role: "status" }, `Only ${model} `, clear))
  }

  const api = { panel, node, number, table, select, copy, decode, selected: "" }
  document.addEventListener("DOMContentLoaded", start)
  return api
})()
