import JSON
import KubeCore

/// Reads the fields of one entry of a kubeconfig; errors name file, entry and field.
struct KubeConfigFields {
    let value: JSON
    /// `file: context "name"`.
    let place: String
    let directory: String

    init(_ entry: KubeConfig.Entry, _ name: String) {
        value = entry.value
        place = "\(entry.file): \(name)"
        directory = entry.directory
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

    /// PEM text from `field-data` (base64) or the file that `field` names; the data win, as in kubectl.
    func pem(_ field: String) throws(ClientConfigurationError) -> String? {
        let text: String
        let source: String
        if let data = try string("\(field)-data") {
            source = "\(field)-data"
            guard let bytes = Base64.decode(data), let decoded = String(validating: bytes, as: UTF8.self) else {
                throw ClientConfigurationError("\(place): \(source): wanted PEM in base64, found something else")
            }
            text = decoded
        } else if let path = try path(field) {
            source = field
            do throws(ClientConfigurationError) { text = try LocalFile.text(path) } catch {
                throw ClientConfigurationError("\(place): \(field): \(error.message)")
            }
        } else {
            return nil
        }
        guard text.contains("-----BEGIN ") else {
            throw ClientConfigurationError("\(place): \(source): wanted PEM (-----BEGIN …), found something else")
        }
        return text
    }

    func wrong(_ field: String, _ wanted: String, _ found: JSON) -> ClientConfigurationError {
        ClientConfigurationError("\(place): \(field): wanted \(wanted), found \(found.kind)")
    }
}
