import JSON
import YAML

extension KubeConfig {
    /// The one document of a file; null when it is empty.
    static func document(_ text: [UInt8], file: String) throws(ClientConfigurationError) -> JSON {
        let documents: [JSON]
        do throws(YAMLError) { documents = try YAML.documents(text) } catch { throw ClientConfigurationError("\(file): \(error)") }
        guard documents.count < 2 else {
            throw ClientConfigurationError("\(file): wanted one document, found \(documents.count): \"---\" divides them")
        }
        return documents.first ?? .null
    }
}
