namespace Ghpo.Models.Tokenization;

/// <summary>The files of a tokenizer and its chat templates: of a folder, or made here.</summary>
internal sealed class TokenizerFiles
{
    private static readonly string[] Names =
    [
        "tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json",
        "tokenizer.model", "spiece.model", "vocab.txt", "chat_template.jinja", "chat_template.json",
    ];

    private readonly Dictionary<string, string> _made = [];
    private readonly string? _folder;

    private TokenizerFiles(string? folder) => _folder = folder;

    /// <summary>The files that lie in a folder.</summary>
    public static TokenizerFiles In(string folder) => new(Path.GetFullPath(folder));

    /// <summary>Files made here: name and text.</summary>
    public static TokenizerFiles Made(params IEnumerable<(string Name, string Text)> files)
    {
        var made = new TokenizerFiles(null);
        foreach (var (name, text) in files)
            made._made[name] = text;
        return made;
    }

    public void CopyTo(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, text) in _made)
            Replace(Path.Combine(folder, name), path => File.WriteAllText(path, text));
        if (_folder is null || string.Equals(_folder, Path.GetFullPath(folder), StringComparison.Ordinal))
            return;
        if (!Directory.Exists(_folder))
            throw new TokenizerException($"The tokenizer was read from '{_folder}', which is gone: its files cannot be copied to '{folder}'.");

        foreach (var name in Names.Where(name => File.Exists(Path.Combine(_folder, name))))
            Replace(Path.Combine(folder, name), path => File.Copy(Path.Combine(_folder, name), path, overwrite: true));

        const string Templates = "additional_chat_templates";
        if (!Directory.Exists(Path.Combine(_folder, Templates)))
            return;
        Directory.CreateDirectory(Path.Combine(folder, Templates));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_folder, Templates), "*.jinja"))
            Replace(Path.Combine(folder, Templates, Path.GetFileName(file)), path => File.Copy(file, path, overwrite: true));
    }

    // A reader never sees half a file.
    private static void Replace(string path, Action<string> write)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
