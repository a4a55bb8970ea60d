import KubeClient
import KubeCore

/// A list while it is gathered, in the boxes that the store will hold.
struct GatheredList<Object: KubeObject>: Sendable {
    var objects: [StoredObject<Object>] = []
    var undecodable: [UndecodableObject] = []
    var resourceVersion = ""
    /// Asks for the next page; nil when the list is whole.
    var continueToken: String?

    /// Adds a page, or a part of one.
    mutating func take(_ part: ListPart<StoredObject<Object>>) {
        objects += part.items
        undecodable += part.undecodable
        guard let metadata = part.metadata else { return }
        resourceVersion = metadata.resourceVersion
        continueToken = metadata.continueToken
    }

    var items: [Object] { objects.map(\.object) }
}
