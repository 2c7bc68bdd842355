import M3Bytes
import M3JSON

/// What `modules.json` lists: an encoder, a pooling, and perhaps a normalization.
struct SentenceEmbedderModules {
  /// The folder of the encoder.
  let transformer: String
  /// The folder of the pooling's settings, or nil where no list of modules says anything of it.
  let pooling: String?
  let normalizes: Bool

  private enum Kind: String {
    case transformer = "Transformer"
    case pooling = "Pooling"
    case normalize = "Normalize"
  }

  init(_ folder: String) throws {
    guard try FilePaths.kind(FilePaths.join(folder, "modules.json")) != nil else {
      (transformer, pooling, normalizes) = (folder, nil, false)
      return
    }
    let modules = try SettingsFile.readValue(folder, "modules.json") { value throws(FormatError) in
      var modules: [(kind: Kind, folder: String)] = []
      for fields in try [JSONFields].read(value, path: "modules") {
        let path: String = try fields.required("path")
        guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
          throw FormatError(.unsupported(found: "a path out of the folder"), field: "\(fields.path).path")
        }
        modules.append((try Self.kind(fields), path.isEmpty ? folder : FilePaths.join(folder, path)))
      }
      let kinds = modules.map(\.kind)
      guard kinds == [.transformer, .pooling] || kinds == [.transformer, .pooling, .normalize] else {
        throw FormatError(
          .unsupported(found: "the modules " + kinds.map(\.rawValue).joined(separator: ", ")), field: "modules")
      }
      return modules
    }
    (transformer, pooling, normalizes) = (modules[0].folder, modules[1].folder, modules.count == 3)
  }

  /// The class's name; its module has moved between versions of the package.
  private static func kind(_ fields: JSONFields) throws(FormatError) -> Kind {
    let type: String = try fields.required("type")
    let parts = type.split(separator: ".")
    guard parts.first == "sentence_transformers", let last = parts.last, let kind = Kind(rawValue: String(last)) else {
      throw FormatError(.unsupported(found: "module \(type)"), field: "\(fields.path).type")
    }
    return kind
  }
}
