"use strict";
// Shows /api/v1/openapi.json. All texts go into the page as texts, never as HTML.

const METHODS = ["get", "post", "put", "patch", "delete"];
const DEPTH_MAX = 6;

function element(name, content, attributes) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  for (const part of [content].flat()) {
    if (part !== undefined && part !== null) node.append(part);
  }
  return node;
}

// A text in which `words like this` are code.
function words(text) {
  return (text || "").split("`").map((part, at) => (at % 2 ? element("code", part) : part));
}

function resolved(description, schema) {
  const prefix = "#/components/schemas/";
  let found = schema;
  for (let hops = 0; found && found.$ref && hops < 10; hops += 1) {
    found = description.components.schemas[found.$ref.slice(prefix.length)];
  }
  return found || {};
}

function kind(description, schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  const options = schema.oneOf || schema.anyOf;
  if (options) return options.map((option) => kind(description, option)).join(" | ");
  const types = [schema.type || "any"].flat();
  const named = types.map((type) => {
    if (type === "array") return "list of " + kind(description, schema.items || {});
    return schema.format ? type + " (" + schema.format + ")" : type;
  });
  return named.join(" | ");
}

function fields(description, schema, depth) {
  const whole = resolved(description, schema);
  const inner = whole.type === "array" ? resolved(description, whole.items || {}) : whole;
  const options = inner.oneOf || [];
  const shape = inner.properties ? inner
    : resolved(description, options.find((it) => resolved(description, it).properties) || {});
  if (!shape.properties || depth > DEPTH_MAX) return null;
  const required = new Set(shape.required || []);
  const rows = Object.entries(shape.properties).map(([name, value]) => {
    const said = value.description || resolved(description, value).description;
    const cell = element("td", [kind(description, value)]);
    if (required.has(name)) cell.append(element("span", " required", { class: "quiet" }));
    if (said) cell.append(element("div", words(said), { class: "quiet" }));
    const below = fields(description, value, depth + 1);
    if (below) {
      const more = element("details", [element("summary", "fields"), below]);
      cell.append(more);
    }
    return element("tr", [element("td", name), cell]);
  });
  return element("table", rows);
}

function content(description, body) {
  const parts = [];
  for (const [type, media] of Object.entries(body.content || {})) {
    const schema = media.schema || {};
    parts.push(element("p", [element("code", type), " ", kind(description, schema)]));
    const table = fields(description, schema, 0);
    if (table) parts.push(table);
  }
  return parts;
}

function operation(description, path, method, it) {
  const body = element("div", []);
  if (it.description) body.append(element("p", words(it.description)));
  const parameters = it.parameters || [];
  if (parameters.length) {
    body.append(element("h3", "Parameters"));
    body.append(element("table", parameters.map((parameter) => element("tr", [
      element("td", parameter.name),
      element("td", parameter.in + (parameter.required ? ", required" : "")),
      element("td", words(parameter.description)),
    ]))));
  }
  if (it.requestBody) {
    body.append(element("h3", "Request"), ...content(description, it.requestBody));
  }
  body.append(element("h3", "Answers"));
  for (const [status, answer] of Object.entries(it.responses || {})) {
    body.append(element("p", [element("strong", status), " ", ...words(answer.description)]));
    body.append(...content(description, answer));
  }
  const summary = element("summary", [
    element("span", method.toUpperCase(), { class: "method" }),
    element("span", path, { class: "path" }),
    element("span", " " + (it.summary || ""), { class: "quiet" }),
  ]);
  const found = [method, path, it.summary, it.description, it.operationId].join(" ").toLowerCase();
  const node = element("details", [summary, body], {
    class: "operation", id: it.operationId || "", "data-words": found,
  });
  return node;
}

function show(description) {
  document.getElementById("version").textContent = description.info.version;
  document.getElementById("description").replaceChildren(...words(description.info.description));
  const groups = new Map();
  for (const [path, item] of Object.entries(description.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const tag = (item[method].tags || ["Other"])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operation(description, path, method, item[method]));
    }
  }
  const main = document.getElementById("operations");
  const nav = document.getElementById("tags");
  main.replaceChildren();
  for (const tag of [...groups.keys()].sort()) {
    const id = "tag-" + tag.toLowerCase().replaceAll(" ", "-");
    nav.append(element("a", tag, { href: "#" + id }));
    main.append(element("section", [element("h2", tag, { id }), ...groups.get(tag)]));
  }
  open(location.hash.slice(1));
}

function open(id) {
  const target = id && document.getElementById(id);
  if (!target) return;
  if (target.matches("details")) target.open = true;
  target.scrollIntoView();
}

function find(words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  for (const section of document.querySelectorAll("main section")) {
    let any = false;
    for (const node of section.querySelectorAll("details.operation")) {
      const fits = wanted.every((word) => node.dataset.words.includes(word));
      node.hidden = !fits;
      any = any || fits;
    }
    section.hidden = !any;
  }
}

document.getElementById("find").addEventListener("input", (event) => find(event.target.value));
window.addEventListener("hashchange", () => open(location.hash.slice(1)));
fetch("/api/v1/openapi.json")
  .then((answer) => answer.json())
  .then(show)
  .catch((error) => {
    document.getElementById("operations").textContent =
      "Expected the description at /api/v1/openapi.json, but: " + error;
  });
