/** Lets what scrolls sideways be scrolled by keys too, while there is something to scroll. */
export function scrollable(label: string): (region: HTMLElement) => () => void {
  return (region) => {
    const look = () => {
      const scrolls = region.scrollWidth > region.clientWidth || region.scrollHeight > region.clientHeight;
      for (const [name, value] of Object.entries({ tabindex: "0", role: "group", "aria-label": label })) {
        if (scrolls) region.setAttribute(name, value);
        else region.removeAttribute(name);
      }
    };
    const resized = new ResizeObserver(look);
    resized.observe(region);
    for (const child of region.children) resized.observe(child);
    return () => resized.disconnect();
  };
}
