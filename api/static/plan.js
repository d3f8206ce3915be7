/* The plan of the team: a visit is dragged to another day or counsellor. It fills in the form that is on each visit,
   and sends it: without this script, or by the keyboard, the form does the same. */
"use strict";
(() => {
  const days = document.querySelectorAll("[data-jour]");
  let held = null;
  const over = (day) => days.forEach((each) => each.classList.toggle("over", each === day));
  document.querySelectorAll("[data-visite]").forEach((visit) => {
    if (!visit.querySelector("[data-deplacer]")) return;
    visit.draggable = true;
    visit.addEventListener("dragstart", (event) => {
      held = visit;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", visit.id);
    });
    visit.addEventListener("dragend", () => { held = null; over(null); });
  });
  days.forEach((day) => {
    day.addEventListener("dragover", (event) => {
      if (!held) return;
      event.preventDefault();
      over(day);
    });
    day.addEventListener("drop", (event) => {
      if (!held || day.contains(held)) return;
      event.preventDefault();
      const form = held.querySelector("[data-deplacer]");
      form.elements.conseiller.value = day.dataset.conseiller;
      form.elements.jour.value = day.dataset.jour;
      form.requestSubmit(form.querySelector("button"));
    });
  });
  document.querySelectorAll("[data-aide]").forEach((each) => { each.hidden = days.length === 0; });
  document.querySelectorAll("[data-imprimer]").forEach((each) => {
    each.hidden = false;
    each.addEventListener("click", () => window.print());
  });
})();
