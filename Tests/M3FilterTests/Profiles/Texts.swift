/// Made-up texts for tests.
enum Texts {
  static let english = """
    The old bridge crosses the river near the northern market. It was built by the people of the valley after a long \
    winter, and it has carried carts, letters and children ever since. Every spring the stones are measured again, \
    because the water moves them a little. Nobody in the village can say who laid the first one, but most of them have \
    a story about it.
    """

  static let chinese = """
    河边的旧桥离北边的市场不远。它是村里的人在一个漫长的冬天之后修起来的，从那以后，车辆、信件和孩子们都从上面走过。\
    每年春天，人们都要重新量一遍石头，因为水会把它们推动一点。村里没有人知道第一块石头是谁放的，不过大家都能讲一个关于它的故事！
    """

  static let spanish = """
    El viejo puente cruza el río cerca del mercado del norte. Lo construyó la gente del valle después de un largo \
    invierno, y desde entonces ha llevado carros, cartas y niños. Cada primavera se miden otra vez las piedras, porque \
    el agua las mueve un poco.
    """

  /// `count` distinct words of five letters.
  static func words(_ count: Int) -> [String] {
    let letters = Array("bcdfghklmn")
    return (0..<count).map { index in
      let ends = [letters[index / 100 % 10], letters[index / 10 % 10], letters[index % 10]]
      return "\(ends[0])a\(ends[1])e\(ends[2])"
    }
  }

  /// Distinct Chinese characters, none of which has another, traditional form.
  static func characters(_ count: Int) -> String {
    let all = Array(
      Set(
        """
        山川日月水火木金土人天地大小中上下左右前后东西南北春夏秋冬年时分今明字学生老说听走来去回家国城市乡村路石河林花草\
        鸟鱼虫白云雨雪星空早晚心手足目耳口父母兄弟友文知道看想用力工作开关门户衣食住行书信春秋红黄青白黑高低长短远近新旧
        """.filter { !$0.isWhitespace })
    ).sorted()
    return String((0..<count).map { all[$0 % all.count] })
  }
}
