import M3JSON

/// Short documents in several scripts.
enum Corpus {
  static let texts = [
    "A river is water that flows to a lake or to the sea. Rain feeds it. It cuts valleys into rock.",
    "Ein Fluss fließt ins Meer. Größere Flüsse tragen Schiffe; über kleinere führen Brücken.",
    "Река течёт к морю. Весной в ней больше воды, чем осенью.",
    "河流入海。春天的水比秋天多。船在大河上航行。",
    "川は海へ流れる。春は水が多い。",
    "강은 바다로 흐른다. 봄에는 물이 많다.",
    "النهر يجري إلى البحر. ماء الربيع أكثر من ماء الخريف.",
    "נהר זורם אל הים. באביב יש בו יותר מים.",
    "नदी समुद्र तक बहती है। वसंत में पानी अधिक होता है।",
    "Ο ποταμός κυλά προς τη θάλασσα. Την άνοιξη έχει πολύ νερό.",
    "แม่น้ำไหลลงทะเล ฤดูใบไม้ผลิมีน้ำมาก",
    "Rivers 🌊 and bridges 🌉.\n\nA second paragraph, with a combining e\u{301} and a family 👩‍👩‍👧.\r\n\tThe end.",
  ]

  static let documents: [JSONObject] = texts.enumerated().map { index, text in
    [
      "id": .string("river-\(index)"), "title": .string("River \(index)"), "text": .string(text),
      "year": .integer(Int64(index)),
    ]
  }

  static let lines = text(documents)

  /// JSON lines.
  static func text(_ documents: [JSONObject]) -> String {
    documents.map { String(decoding: JSONValue.object($0).serialized(.canonical), as: UTF8.self) + "\n" }.joined()
  }

  /// `fileCount` files of so many documents each.
  static func files(_ fileCount: Int, documents count: Int) -> [(name: String, text: String)] {
    (0..<fileCount).map { file in
      let documents: [JSONObject] = (0..<count).map { index in
        ["id": .string("\(file)-\(index)"), "text": .string(texts[(file + index) % texts.count])]
      }
      return ("\(file).jsonl", text(documents))
    }
  }
}
