package import JSON
import KubeCore
import Schema

extension VerificationPolicy {
    /// Reads any policy that has a name. What can't be read of it, or what it says that this program does not know, stands in `problems`:
    /// it then covers at least what its author meant, and passes nothing. Skipped, as other objects are, it would open what it was to close.
    package init(reading members: JSONMembers) throws(JSONDecodingError) {
        self.init(metadata: try members.required("metadata"), spec: VerificationPolicySpec(), status: NoStatus())
        let found = members.object["spec"] ?? .null
        let path = JSONPath([.key("spec")])
        do {
            spec = try VerificationPolicySpec(from: found, at: path)
        } catch {
            problems.append("\(error)")
            spec.match = (try? PolicyMatch(from: found["match"] ?? .null)) ?? PolicyMatch.everything
            spec.mode = found["mode"]?.string == VerificationPolicySpec.Mode.warn.rawValue ? .warn : .enforce
        }
        problems += VerificationPolicySpec.schema.pruning(found, at: path).removed.prefix(8).map {
            "\($0): unknown field; correct its name, or update what reads this policy"
        }
    }

    // Said here, so that none of them reads as other kinds are read.
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) { try self.init(reading: JSONMembers(json, at: path)) }
    package init(reading node: JSONNode) throws(JSONDecodingError) { try self.init(reading: JSONMembers(node)) }
}

extension PolicyMatch {
    fileprivate static let everything = PolicyMatch(namespaces: ["*"], classes: ["*"], slots: ["*"], repositories: ["*"])
}

extension ModuleQuarantine {
    /// Reads any quarantine that names a digest: one that says something else that this program can't read covers the digest under every
    /// configuration and in every namespace, rather than nothing.
    package init(reading members: JSONMembers) throws(JSONDecodingError) {
        self.init(metadata: try members.required("metadata"), spec: ModuleQuarantineSpec(), status: NoStatus())
        let found = members.object["spec"] ?? .null
        do {
            spec = try ModuleQuarantineSpec(from: found, at: JSONPath([.key("spec")]))
        } catch {
            guard let digest = found["digest"]?.string else { throw error }
            spec.digest = digest
            spec.reason = String((found["reason"]?.string ?? "\(error)").unicodeScalars.prefix(1024))
        }
    }

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) { try self.init(reading: JSONMembers(json, at: path)) }
    package init(reading node: JSONNode) throws(JSONDecodingError) { try self.init(reading: JSONMembers(node)) }
}
