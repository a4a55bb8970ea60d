import JSON
import KubeCore

/// Where the next page of a list begins: after an object, in the state at a version. Opaque to clients.
struct ContinueToken {
    /// Nil: in the state at the time of asking, after a token has become too old.
    var version: Int64?
    /// The path of the last object of the page before.
    var path: String

    init(version: Int64?, path: String) {
        self.version = version
        self.path = path
    }

    /// - Throws: 400 when it is no token of this server.
    init(_ text: String) throws(KubeError) {
        // URL-safe base64 without padding.
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        let padded = standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        guard let bytes = Base64.decode(padded), let json = try? JSON.parse(bytes), json["v"] == "graft/1",
            let path = json["start"]?.string
        else { throw .badRequest("continue key is not valid") }
        self.path = path
        version = json["rv"]?.integer
    }

    var text: String {
        var json: JSON = ["v": "graft/1", "start": .string(path)]
        if let version { json["rv"] = .integer(version) }
        return Base64.encode(json.bytes()).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
