import JSON
import YAML

extension KubeConfig {
    /// The document of a file; null when it is empty.
    static func firstDocument(_ text: [UInt8], file: String) throws(ClientConfigurationError) -> JSON {
        do throws(YAMLError) { return try YAML.documents(text).first ?? .null } catch {
            throw ClientConfigurationError("\(file): \(error)")
        }
    }
}
