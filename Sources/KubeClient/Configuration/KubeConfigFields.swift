import JSON
import KubeCore

/// Reads the fields of one entry of a kubeconfig; errors name file, entry and field.
struct KubeConfigFields {
    let value: JSON
    /// `file: context "name"`.
    let place: String
    let directory: String

    /// What stands before a field's name in messages: `exec.`, or nothing.
    private let prefix: String

    init(_ entry: KubeConfig.Entry, _ name: String) {
        self.init(value: entry.value, place: "\(entry.file): \(name)", directory: entry.directory, prefix: "")
    }

    private init(value: JSON, place: String, directory: String, prefix: String) {
        self.value = value
        self.place = place
        self.directory = directory
        self.prefix = prefix
    }

    /// The fields of an object in this one.
    func nested(_ field: String) throws(ClientConfigurationError) -> KubeConfigFields {
        let found = value[field] ?? [:]
        guard found.object != nil else { throw wrong(field, "an object", found) }
        return KubeConfigFields(value: found, place: place, directory: directory, prefix: "\(prefix)\(field).")
    }

    /// Whether the field is there and says something.
    func has(_ field: String) -> Bool { value[field].map { !$0.isNull } ?? false }

    /// Refuses fields of other names: what they were meant to do would not be done.
    func refuseUnknown(_ known: Set<String>) throws(ClientConfigurationError) {
        for (field, _) in value.object ?? [:] where !known.contains(field) && has(field) {
            throw refusal(field, "this field is not known; wanted some of \(known.sorted().joined(separator: ", "))")
        }
    }

    func refusal(_ field: String, _ message: String) -> ClientConfigurationError {
        ClientConfigurationError("\(place): \(prefix)\(field): \(message)")
    }

    /// Nil when it is absent, null or empty.
    func string(_ field: String) throws(ClientConfigurationError) -> String? {
        guard let found = value[field], !found.isNull else { return nil }
        guard let text = found.string else { throw wrong(field, "a string", found) }
        return text.isEmpty ? nil : text
    }

    func bool(_ field: String) throws(ClientConfigurationError) -> Bool {
        guard let found = value[field], !found.isNull else { return false }
        guard let bool = found.bool else { throw wrong(field, "true or false", found) }
        return bool
    }

    func array(_ field: String) throws(ClientConfigurationError) -> [JSON] {
        guard let found = value[field], !found.isNull else { return [] }
        guard let elements = found.array else { throw wrong(field, "a list", found) }
        return elements
    }

    func strings(_ field: String) throws(ClientConfigurationError) -> [String] {
        guard let found = value[field], !found.isNull else { return [] }
        guard let elements = found.array, elements.allSatisfy({ $0.string != nil }) else { throw wrong(field, "a list of strings", found) }
        return elements.compactMap(\.string)
    }

    func lists(_ field: String) throws(ClientConfigurationError) -> [String: [String]] {
        guard let found = value[field], !found.isNull else { return [:] }
        guard let members = found.object else { throw wrong(field, "lists of strings by key", found) }
        var lists: [String: [String]] = [:]
        for (key, list) in members {
            guard let elements = list.array, elements.allSatisfy({ $0.string != nil }) else {
                throw wrong("\(field).\(key)", "a list of strings", list)
            }
            lists[key] = elements.compactMap(\.string)
        }
        return lists
    }

    /// A path as seen from the file it stands in.
    func path(_ field: String) throws(ClientConfigurationError) -> String? {
        try string(field).map { LocalFile.resolve($0, in: directory) }
    }

    /// PEM text from `field-data` (base64) or from the file that `field` names; nil without both.
    /// - Returns: the text, and the file that it was read from.
    func pem(_ field: String) throws(ClientConfigurationError) -> (text: String, file: String?)? {
        let data = try string("\(field)-data")
        let path = try path(field)
        switch (data, path) {
        case (nil, nil): return nil
        case (_?, _?): throw refusal(field, "\(field)-data stands beside it; wanted one of the two")
        case (let data?, nil):
            guard let bytes = Base64.decodeLeniently(data), let text = String(validating: bytes, as: UTF8.self) else {
                throw refusal("\(field)-data", "wanted PEM in base64, found something else")
            }
            return (try checked(text, "\(field)-data"), nil)
        case (nil, let path?):
            let text: String
            do throws(ClientConfigurationError) { text = try LocalFile.text(path) } catch { throw refusal(field, error.message) }
            return (try checked(text, field), path)
        }
    }

    private func checked(_ text: String, _ field: String) throws(ClientConfigurationError) -> String {
        guard LocalFile.isPEM(text) else { throw refusal(field, "wanted PEM (-----BEGIN … -----END …), found something else") }
        return text
    }

    func wrong(_ field: String, _ wanted: String, _ found: JSON) -> ClientConfigurationError {
        refusal(field, "wanted \(wanted), found \(found.kind)")
    }
}
