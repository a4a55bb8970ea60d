/// What an agent says to a host. All but the first and the last are requests, each of which is answered before the next is made.
package enum AgentMessage: Sendable, Hashable {
    /// The answer to hello.
    case welcome(version: Int)
    /// Run this module, whose files follow.
    case load(id: Int, Load)
    /// A file of the module that is being loaded; its descriptor comes with it.
    case file(id: Int, ModuleFile)
    /// Run nothing.
    case unload(id: Int)
    /// Say what runs, and how it is.
    case probe(id: Int)
    /// The connection is closed; why.
    case goodbye(Farewell, message: String)
    /// A request that a later version may know.
    case unknown(id: Int)

    package struct Load: Sendable, Hashable {
        package var module: ModuleIdentity
        /// How many files follow.
        package var files: Int
        /// It ran on this host before, and is put back.
        package var isBack: Bool

        package init(module: ModuleIdentity, files: Int, isBack: Bool = false) {
            self.module = module
            self.files = files
            self.isBack = isBack
        }
    }

    package struct ModuleFile: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable, CaseIterable {
            /// Part of the signed artifact.
            case payload = "Payload"
            /// The configuration, a JSON document; at most one.
            case configuration = "Configuration"
        }

        package var kind: Kind
        /// A relative path without `.` and `..`.
        package var name: String
        /// Bytes.
        package var size: Int
        /// Of its bytes: `sha256:…` or `sha512:…`.
        package var digest: String
        package var isExecutable: Bool

        package init(kind: Kind = .payload, name: String, size: Int, digest: String, isExecutable: Bool = false) {
            self.kind = kind
            self.name = name
            self.size = size
            self.digest = digest
            self.isExecutable = isExecutable
        }
    }

    package enum Farewell: String, Sendable, Hashable, CaseIterable {
        case unknownVersion = "UnknownVersion"
        case unknownSlot = "UnknownSlot"
        case tooMany = "TooMany"
        case violation = "Violation"
        case late = "Late"
        case ending = "Ending"
    }
}
