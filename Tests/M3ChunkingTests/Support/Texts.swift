/// Running text in four scripts, written for these tests.
enum Texts {
  static let all: [(name: String, text: String)] = [
    ("Latin", latin), ("Chinese", chinese), ("Arabic", arabic), ("Devanagari", devanagari),
  ]

  static let latin = """
    A reader who has understood a page does not keep the page. What stays is shorter than the text and \
    of another kind: a few names, one or two numbers, the order in which things happened, and the feeling \
    that the rest could be found again. Dr. M. Keller, who wrote about this in 1987, called it "the residue \
    of reading." Her measure was simple, e.g. how many of 3.5 million words a patient could still place \
    after a year.

    Machines that read have no such habit. They begin anew with every question; they take the same page, \
    word by word, and forget it as soon as the answer is given. That costs time. It also costs energy, \
    which in the U.S. Southwest is cheap at noon and dear at night. Could the residue be kept? It could, \
    if one knew which parts of a page the later reading will look for – and that is what a memory holds.

    \tFirst lines of a table:
    \tname\tsize
    \tkeys\t64
    \tvalues\t64

    The rest is bookkeeping… Each memory needs a name, a place on a disk and a sum that tells whether it \
    is still what it was. Größe, élève, naïveté and Ångström belong to this text so that not every letter \
    is a single byte. So does “It’s done,” a sentence in other quotation marks!
    """

  static let chinese = """
    人读完一页书以后，并不会把整页都记住。留下来的东西比原文短得多，也不一样：几个名字，一两个数字，事情发生的先后，\
    还有一种感觉——剩下的部分总能再找到。写过这个题目的学者把它叫做“阅读的余烬”。她的办法很简单：一年以后，\
    三百五十万字里面还有多少能放回原处？

    会读书的机器没有这种习惯。每来一个问题，它就从头开始;同一页书，一个字一个字地读，答完就忘。这要花时间，也要花电。\
    「那么，余烬能不能保存下来呢？」他问。能！只要知道以后再读的时候会去看哪些地方。记忆里放的就是这些。

    剩下的是记账……每个记忆要有名字，在磁盘上要有位置，还要有一个校验和，用来说明它还是不是原来的样子。\
    2024年3月写了１２８个词元，约450KB，精度3.14。没有标点的长句也会出现在真实的文本里因为有些作者从来不用逗号\
    他们觉得读者自己会停下来喘气所以一句话可以一直写下去直到纸张的尽头为止
    """

  static let arabic = """
    من يقرأ صفحة ويفهمها لا يحتفظ بالصفحة نفسها. ما يبقى أقصر من النص ومن نوع آخر: بعض الأسماء، ورقم أو رقمان، \
    وترتيب ما حدث، والشعور بأن الباقي يمكن العثور عليه مرة أخرى. وقد سمّت الدكتورة كيلر ذلك «بقايا القراءة».

    أما الآلات التي تقرأ فليست لها هذه العادة؛ فهي تبدأ من جديد مع كل سؤال، وتأخذ الصفحة نفسها كلمةً كلمةً، ثم تنساها \
    فور الإجابة. هذا يكلّف وقتاً، ويكلّف طاقةً أيضاً. هل يمكن حفظ البقايا؟ نعم، إذا عُرف أيّ أجزاء الصفحة ستبحث عنه \
    القراءة اللاحقة! وهذا ما تحمله الذاكرة.

    والباقي حساب. لكل ذاكرة اسم، ومكان على القرص، ومجموع يدلّ على أنها ما زالت كما كانت. كُتب منها ١٢٨ رمزاً في عام ٢٠٢٤.
    """

  static let devanagari = """
    जो पाठक एक पन्ना समझ लेता है, वह पन्ने को नहीं रखता। जो बचता है वह पाठ से छोटा है और दूसरी तरह का है: कुछ नाम, \
    एक-दो संख्याएँ, घटनाओं का क्रम, और यह भरोसा कि बाक़ी फिर मिल सकता है। डॉ. केलर ने इसे "पढ़ने का अवशेष" कहा था।

    पढ़ने वाली मशीनों की ऐसी आदत नहीं होती। वे हर प्रश्न पर नए सिरे से शुरू करती हैं; वही पन्ना शब्द-दर-शब्द पढ़ती हैं और उत्तर \
    देते ही भूल जाती हैं। इसमें समय लगता है। ऊर्जा भी लगती है। क्या अवशेष को बचाया जा सकता है? हाँ, यदि यह पता हो कि बाद का \
    पाठ किन हिस्सों को खोजेगा! स्मृति में यही रखा जाता है॥

    बाक़ी हिसाब-किताब है। हर स्मृति का एक नाम, डिस्क पर एक जगह और एक योग होता है। वर्ष २०२४ में १२८ टोकन लिखे गए।
    """
}
