/** For each case an answer that keeps every rule, and for each of its checks, in order, one that breaks it. */
export const SAMPLES: Readonly<Record<string, { readonly right: string; readonly wrong: readonly string[] }>> = {
  "json-one-line": {
    right: '{"city":"New Delhi","population":249998,"capital":true}',
    wrong: [
      '{"city": "New Delhi", "population": 249998, "capital": true}',
      '```json\n{"city":"New Delhi","population":249998,"capital":true}\n```',
    ],
  },
  "json-even-numbers": { right: "[10, 22, 14, 40, 38]", wrong: ["[10, 12, 14, 16, 17]"] },
  "json-extract-order": {
    right: JSON.stringify({
      customer: "Mira Holm",
      order: 4711,
      items: [
        { unit_price: 35, count: 2 },
        { count: 1, unit_price: 120 },
      ],
      delivery: "2025-03-03",
    }),
    wrong: [
      JSON.stringify({
        order: 4711,
        customer: "Mira Holm",
        delivery: "2025-03-03",
        items: [
          { count: 2, unit_price: 70 },
          { count: 1, unit_price: 120 },
        ],
      }),
    ],
  },
  "length-exact-words": {
    right: "Black water breathes beneath the stars and carries silver light towards land.",
    wrong: [
      "Black water breathes beneath the stars.",
      "Black water breathes beneath the many stars and carries silver light slowly towards land.",
      "Star-lit water breathes beneath the clouds and carries silver light towards land.",
    ],
  },
  "length-short-explanation": {
    right: "Blue light has a short wavelength and is scattered by air far more than red light.",
    wrong: [
      "Blue light is scattered most.",
      "The daytime sky is blue for everybody on Earth since light of a short wavelength, such as blue, is scattered by the gas of the air very much more than red.",
      "Blue light has a short wavelength and is bent by air far more than red.",
      "Blue light has a short wavelength. It is scattered by air far more than red.",
    ],
  },
  "letters-without-e": {
    right: "At dawn I walk by oaks and ponds, singing to birds.",
    wrong: ["At dawn I walk by trees and ponds, singing to birds.", "I walk by oaks and ponds."],
  },
  "letters-five-initials": {
    right: "Ancient bears can dream endlessly.",
    wrong: [
      "Ancient bears can dream.",
      "Ancient bears can dream endlessly everywhere.",
      "Ancient bears often dream endlessly.",
      "Ancient bears can dream Endlessly.",
    ],
  },
  "letters-acrostic": {
    right: "Mild light on the hill\nOver roofs it drifts\nOwls look up at it\nNobody wakes until dawn",
    wrong: [
      "Mild light on the hill\nOver roofs it drifts\nOwls look up\n\nNobody wakes until dawn",
      "Mild light on the hill\nOver roofs it drifts\nAll owls look up\nNobody wakes until dawn",
      "Mild light on the hill\nOver roofs\nOwls look up at it\nNobody wakes until dawn",
    ],
  },
  "list-planets-numbered": {
    right: "1. Mercury\n2. Venus\n3. Earth\n4. Mars\n5. Jupiter",
    wrong: ["1. Mercury\n2. Venus\n3. Earth\n4. Jupiter\n5. Mars"],
  },
  "list-three-bullets": {
    right: "- Costs nothing at all\n- Keeps you fit\n- Clears your mind before work",
    wrong: [
      "- Costs nothing at all\n- Keeps you fit",
      "- Costs nothing at all\n* Keeps you fit\n- Clears your mind before work",
      "- Costs nothing at all\n- Keeps you fit.\n- Clears your mind before work",
    ],
  },
  "list-sorted": {
    right: "apple\nbanana\ncherry\ndate\nfig\nplum",
    wrong: ["Apple\nBanana\nCherry\nDate\nFig\nPlum"],
  },
  "language-german-word": { right: "Mittwoch", wrong: ["Wednesday"] },
  "language-french-months": {
    right: "janvier, février, mars, avril",
    wrong: ["Janvier, Février, Mars, Avril."],
  },
  "language-spanish-sentence": {
    right: "La lluvia golpea suavemente la ventana mientras la casa duerme.",
    wrong: [
      "La lluvia golpea la ventana.",
      "La lluvia golpea muy suavemente la ventana de la casa vieja mientras los niños duermen y el perro sueña con el verano.",
      "La nieve golpea suavemente la ventana mientras la casa duerme.",
      "The Spanish word for rain is lluvia and a window is a ventana.",
    ],
  },
  "casing-upper": { right: "BLUE / GREEN / RED", wrong: ["RED / GREEN / BLUE", "Blue / Green / Red"] },
  "casing-lower": {
    right: "cats sleep most of the day! they wake when food appears!",
    wrong: [
      "Cats sleep most of the day! they wake when food appears!",
      "cats sleep most of the day! when food appears, they wake!",
    ],
  },
  "structure-begin-end": { right: "BEGIN\n803\nEND", wrong: ["BEGIN\n793\nEND", "BEGIN\n\n803\n\nEND"] },
  "structure-csv": {
    right: "capital,country\nOslo,Norway\nRome,Italy\nLisbon,Portugal",
    wrong: ["capital, country\nOslo, Norway\nRome, Italy\nLisbon, Portugal"],
  },
  "structure-markdown-table": {
    right: "| Unit | Metres |\n| --- | ---: |\n| kilometre | 1000 |\n| hectometre | 100 |",
    wrong: [
      "| Unit | Metres |\n| --- | --- |\n| kilometre | 1000 |",
      "| Unit | Metres |\n| --- | --- |\n| kilometre | 1,000 |\n| hectometre | 100 |",
    ],
  },
  "structure-repetition": {
    right: "ready-ready-ready-ready-ready-ready-ready",
    wrong: ["ready-ready-ready-ready-ready-ready"],
  },
  "structure-count-instead": { right: "10", wrong: ["A spider has eight legs."] },
};
