package import JSON
import Schema

extension ModuleDescriptor: JSONConvertible {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try StrictReader(
            json, at: path,
            known: [
                "name", "version", "slot", "contract", "minimumRuntimeVersion", "capabilities", "needs", "configSchema", "probe",
                "entrypoint",
            ])
        self.init(
            name: try reader.identifier("name", allowing: "-._/", limit: Limits.name),
            version: try Self.version(in: reader),
            slot: try reader.identifier("slot", allowing: "-./", limit: Limits.slot),
            contract: try reader.object.required("contract"))
        minimumRuntimeVersion = try reader.object.optional("minimumRuntimeVersion")
        capabilities = try Self.capabilities(in: reader)
        needs = try reader.list("needs", limit: Limits.needs)
        configSchema = try Self.configSchema(in: reader)
        probe = try reader.object.optional("probe")
        entrypoint = try Self.entrypoint(in: reader)
        for (index, need) in needs.enumerated() where needs[..<index].contains(where: { $0.name == need.name }) {
            throw JSONDecodingError(
                path: path.appending("needs").appending(index).appending("name"), wanted: "each module once",
                found: "\"\(need.name)\" again")
        }
    }

    /// No longer than revisions, plans and hosts can name it.
    private static func version(in reader: StrictReader) throws(JSONDecodingError) -> SemanticVersion {
        let version: SemanticVersion = try reader.object.required("version")
        let count = version.description.utf8.count
        guard count <= Limits.version else {
            throw JSONDecodingError(
                path: reader.path.appending("version"), wanted: "a semantic version of at most \(Limits.version) bytes", found: "\(count)")
        }
        return version
    }

    private static func capabilities(in reader: StrictReader) throws(JSONDecodingError) -> [String] {
        let capabilities: [String] = try reader.list("capabilities", limit: Limits.capabilities)
        for (index, capability) in capabilities.enumerated() {
            let path = reader.path.appending("capabilities").appending(index)
            guard capability.isIdentifier(allowing: "-._/"), capability.utf8.count <= Limits.capability else {
                throw JSONDecodingError(
                    path: path, wanted: "lower-case letters, digits and - . _ / between them, at most \(Limits.capability)",
                    found: "\"\(capability.prefix(64))\"")
            }
            guard !capabilities[..<index].contains(capability) else {
                throw JSONDecodingError(path: path, wanted: "each capability once", found: "\"\(capability)\" again")
            }
        }
        return capabilities
    }

    private static func configSchema(in reader: StrictReader) throws(JSONDecodingError) -> StructuralSchema? {
        guard let written: JSON = try reader.object.optional("configSchema") else { return nil }
        let json = withoutClosedObjects(written)
        let path = reader.path.appending("configSchema")
        if let error = StructuralSchema.definitionErrors(in: json, at: path).first {
            throw JSONDecodingError(path: error.path, wanted: "a structural schema", found: error.message)
        }
        return try StructuralSchema(from: json, at: path)
    }

    /// A schema without `additionalProperties: false` beside `properties`. Authors of JSON Schema write it, a structural schema can't
    /// say it, and it holds anyway: members that a configuration schema does not name are refused.
    private static func withoutClosedObjects(_ schema: JSON) -> JSON {
        switch schema {
        case .object(var members):
            if members["additionalProperties"] == false, members["properties"]?.object?.isEmpty == false {
                members["additionalProperties"] = nil
            }
            for name in ["items", "additionalProperties"] { members[name] = members[name].map(withoutClosedObjects) }
            if case .object(var properties)? = members["properties"] {
                for (name, property) in properties { properties[name] = withoutClosedObjects(property) }
                members["properties"] = .object(properties)
            }
            return .object(members)
        default: return schema
        }
    }

    /// A file below the module's directory: nothing absolute, nothing that leads out of it.
    private static func entrypoint(in reader: StrictReader) throws(JSONDecodingError) -> String? {
        guard let path: String = try reader.object.optional("entrypoint") else { return nil }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isSound =
            path.utf8.count <= Limits.path && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
            && path.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "\\" }
        guard isSound else {
            throw JSONDecodingError(
                path: reader.path.appending("entrypoint"), wanted: "a relative path without '.' and '..', at most \(Limits.path) bytes",
                found: "\"\(path.prefix(128))\"")
        }
        return path
    }

    package var json: JSON {
        var object: JSONObject = [
            "name": .string(name), "version": version.json, "slot": .string(slot), "contract": contract.json,
        ]
        object.set("minimumRuntimeVersion", minimumRuntimeVersion)
        object.setUnlessEmpty("capabilities", capabilities)
        object.setUnlessEmpty("needs", needs)
        object.set("configSchema", configSchema)
        object.set("probe", probe)
        object.set("entrypoint", entrypoint)
        return .object(object)
    }
}

extension ModuleDescriptor.Need: JSONConvertible {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try StrictReader(json, at: path, known: ["name", "range"])
        self.init(
            name: try reader.identifier("name", allowing: "-._/", limit: ModuleDescriptor.Limits.name),
            range: try reader.object.required("range"))
    }

    package var json: JSON { ["name": .string(name), "range": range.json] }
}

extension ModuleDescriptor.Probe: JSONConvertible {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try StrictReader(json, at: path, known: ["path", "timeoutSeconds", "status", "expect"])
        let target: String = try reader.object.required("path")
        let isSound =
            target.utf8.first == UInt8(ascii: "/") && target.utf8.count <= ModuleDescriptor.Limits.path
            && target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
        guard isSound else {
            throw JSONDecodingError(
                path: path.appending("path"),
                wanted: "a path that starts with '/', in printable ASCII, at most \(ModuleDescriptor.Limits.path) bytes",
                found: "\"\(target.prefix(128))\"")
        }
        self.init(
            path: target, timeoutSeconds: try reader.integer("timeoutSeconds", in: 1...60, default: 5),
            status: try reader.integer("status", in: 100...599, default: 200), expect: try reader.object.optional("expect"))
        if let expect, expect.isEmpty || expect.utf8.count > ModuleDescriptor.Limits.expect {
            throw JSONDecodingError(
                path: path.appending("expect"), wanted: "1 to \(ModuleDescriptor.Limits.expect) bytes of text",
                found: "\(expect.utf8.count)")
        }
    }

    package var json: JSON {
        var object: JSONObject = ["path": .string(path), "timeoutSeconds": timeoutSeconds.json, "status": status.json]
        object.set("expect", expect)
        return .object(object)
    }
}
