// What is wrong with a page as it is shown, each a line for people. Runs in the page; the last argument takes the lines.
const answer = arguments[arguments.length - 1];

function channels(colour) {
  const numbers = colour.match(/[\d.]+/g).map(Number);
  return { rgb: numbers.slice(0, 3), alpha: numbers.length > 3 ? numbers[3] : 1 };
}

function over(above, below) {
  const { rgb, alpha } = channels(above);
  return rgb.map((c, i) => c * alpha + below[i] * (1 - alpha));
}

// The colour behind an element: all backgrounds down to the page's, laid over each other.
function behind(element) {
  const layers = [];
  for (let each = element; each; each = each.parentElement) layers.push(getComputedStyle(each).backgroundColor);
  const page = matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
  return layers.reverse().reduce((below, above) => over(above, below), page);
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(element) {
  const below = behind(element);
  const [darker, brighter] = [luminance(below), luminance(over(getComputedStyle(element).color, below))].sort(
    (a, b) => a - b,
  );
  return (brighter + 0.05) / (darker + 0.05);
}

// WCAG 2's level AA: 4.5, and 3 for large text.
function wanted(style) {
  const size = parseFloat(style.fontSize);
  return size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
}

function is_shown(element) {
  const box = element.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
}

function texts() {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Set();
  while (walker.nextNode())
    if (walker.currentNode.data.trim() && is_shown(walker.currentNode.parentElement))
      found.add(walker.currentNode.parentElement);
  return [...found];
}

function look() {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > window.innerWidth) faults.push(`is ${root.scrollWidth} wide, in a window of ${innerWidth}`);
  const content = document.querySelector('#doc-content');
  if (content && content.scrollWidth > content.clientWidth + 1)
    faults.push(`its content is ${content.scrollWidth} wide, where there is room for ${content.clientWidth}`);
  for (const image of document.images)
    if (!image.complete || image.naturalWidth === 0) faults.push(`no picture ${image.src}`);
  const pale = new Map();
  for (const element of texts()) {
    const style = getComputedStyle(element);
    const found = contrast(element);
    if (found < wanted(style) - 0.005) {
      const key = `${element.tagName.toLowerCase()}.${element.className} ${style.color}`;
      if (!pale.has(key)) pale.set(key, `contrast ${found.toFixed(2)} of "${element.textContent.trim().slice(0, 40)}" (${key})`);
    }
  }
  return [...faults, ...pale.values()];
}

// Scripts of the page move and colour things once more after it was loaded.
const settled = () => requestAnimationFrame(() => setTimeout(() => answer(look()), 50));
if (document.readyState === 'complete') settled();
else addEventListener('load', settled);
