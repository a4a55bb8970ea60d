import JSON
import KubeCore
import Schema

extension ResourceType {
    /// The type that a CustomResourceDefinition describes; nil when it serves no version.
    init?(definition: JSON) {
        guard let spec = definition["spec"], let group = spec["group"]?.string, let names = spec["names"],
            let kind = names["kind"]?.string, let plural = names["plural"]?.string
        else { return nil }
        let all = spec["versions"]?.array ?? []
        let served = all.filter { $0["served"]?.bool ?? false }.compactMap(Version.init(definition:))
            .sorted { VersionPriority.isHigher($0.name, $1.name) }
        guard !served.isEmpty, let storage = all.first(where: { $0["storage"]?.bool ?? false })?["name"]?.string else { return nil }
        self.init(group: group, kind: kind, plural: plural, isNamespaced: spec["scope"]?.string == "Namespaced", versions: served)
        listKind = names["listKind"]?.string ?? kind + "List"
        singular = names["singular"]?.string ?? kind.lowercased()
        shortNames = (names["shortNames"]?.array ?? []).compactMap(\.string)
        categories = (names["categories"]?.array ?? []).compactMap(\.string)
        storageVersion = storage
        behavior = .custom
        hasGeneration = true
    }
}

extension ResourceType.Version {
    fileprivate init?(definition version: JSON) {
        guard let name = version["name"]?.string else { return nil }
        self.init(name: name)
        if let schema = version["schema"]?["openAPIV3Schema"] { self.schema = try? StructuralSchema(from: schema) }
        columns = version["additionalPrinterColumns"]?.array ?? []
        selectableFields = (version["selectableFields"]?.array ?? []).compactMap {
            $0["jsonPath"]?.string.map { String($0.drop { $0 == "." }) }
        }
        hasStatus = version["subresources"]?["status"] != nil
        hasScale = version["subresources"]?["scale"] != nil
        if version["deprecated"]?.bool == true { deprecationWarning = version["deprecationWarning"]?.string ?? "" }
    }
}
