/// When an artifact is judged, and what it is beside its digest: what signatures may speak of that are made for a type and a size, or run out.
package struct Occasion: Sendable, Hashable {
    /// By the clock of whoever asks.
    package var now: Moment
    /// Media type of the artifact's manifest or index, as it was fetched.
    package var mediaType: String
    /// Its size in bytes.
    package var size: Int

    package init(now: Moment, mediaType: String, size: Int) {
        self.now = now
        self.mediaType = mediaType
        self.size = size
    }
}
