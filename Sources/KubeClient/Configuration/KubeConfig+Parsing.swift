import JSON

extension KubeConfig {
    /// Reads one file's text, YAML or JSON.
    /// - Parameter file: relative paths in it are seen from its directory; messages name it.
    public static func parse(_ text: [UInt8], file: String) throws(ClientConfigurationError) -> KubeConfig {
        var config = KubeConfig()
        config.files = [file]
        let document = try Self.document(text, file: file)
        if document.isNull { return config }
        guard document.object != nil else { throw ClientConfigurationError("\(file): wanted a kubeconfig, found \(document.kind)") }
        if let kind = document["kind"]?.string, kind != "Config" {
            throw ClientConfigurationError("\(file): wanted kind Config, found \(kind)")
        }
        if let version = document["apiVersion"]?.string, !version.isEmpty, version != "v1" {
            throw ClientConfigurationError("\(file): wanted apiVersion v1, found \(version)")
        }
        config.clusters = try entries(document, "clusters", holding: "cluster", file: file)
        config.users = try entries(document, "users", holding: "user", file: file)
        config.contexts = try entries(document, "contexts", holding: "context", file: file)
        if let current = document["current-context"], !current.isNull {
            guard let name = current.string else {
                throw ClientConfigurationError("\(file): current-context: wanted a string, found \(current.kind)")
            }
            if !name.isEmpty { config.currentContext = name }
        }
        return config
    }

    /// A list of `{name, member}`, each name once.
    private static func entries(
        _ document: JSON, _ list: String, holding member: String, file: String
    ) throws(ClientConfigurationError) -> [String: Entry] {
        guard let found = document[list], !found.isNull else { return [:] }
        guard let elements = found.array else { throw ClientConfigurationError("\(file): \(list): wanted a list, found \(found.kind)") }
        var entries: [String: Entry] = [:]
        for (index, element) in elements.enumerated() {
            guard let name = element["name"]?.string, !name.isEmpty else {
                throw ClientConfigurationError("\(file): \(list)[\(index)].name: wanted a name, found none")
            }
            let value = element[member] ?? .null
            guard value.isNull || value.object != nil else {
                throw ClientConfigurationError("\(file): \(list)[\(index)].\(member): wanted an object, found \(value.kind)")
            }
            guard entries[name] == nil else {
                throw ClientConfigurationError("\(file): \(list)[\(index)].name: \"\(name)\" stands twice; wanted each name once")
            }
            entries[name] = Entry(value: value.isNull ? [:] : value, file: file)
        }
        return entries
    }
}
