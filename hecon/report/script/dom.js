// Elements made of names, properties and children; text is only ever text.
"use strict";

/** An element: a property is set if the element has it, an attribute otherwise. */
function el(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** The same of a drawing. */
function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter(child => child !== null));
  return element;
}

/** Put children in the place of those there are. */
function put(element, ...children) {
  element.replaceChildren(...children.filter(child => child !== null));
}
