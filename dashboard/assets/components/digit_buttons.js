// Many digits as buttons; Python gets the one that was clicked.
export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  grid.style.setProperty("--side", `${data.side}px`);
  grid.replaceChildren(
    ...data.digits.map((digit, index) => {
      const button = document.createElement("button");
      const image = document.createElement("img");
      image.src = digit.src;
      image.alt = digit.alt;
      button.append(image, digit.caption);
      button.setAttribute("aria-label", digit.name);
      button.setAttribute("aria-pressed", String(index === data.chosen));
      button.onclick = () => setTriggerValue("picked", index);
      return button;
    }),
  );
}
