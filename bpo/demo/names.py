"""Names that Brazilians and their companies have, for people and companies that do not exist."""

from collections.abc import Iterator
from random import Random

from bpo.kernel.text import searchable


def _words(text: str, mark: str = " ") -> tuple[str, ...]:
    return tuple(text.split(mark))


WOMEN = _words(
    "Adriana Aline Amanda Ana Andréa Beatriz Bianca Bruna Camila Carolina Cíntia Cláudia Cristiane"
    " Daniela Débora Eliane Fabiana Fernanda Flávia Gabriela Glória Helena Isabela Ivone Jéssica"
    " Joana Juliana Larissa Letícia Lívia Lúcia Luana Luciana Marcela Mariana Marta Michele Mônica"
    " Natália Patrícia Paula Priscila Raquel Regina Renata Rosângela Sabrina Sandra Simone Sônia"
    " Talita Tatiana Teresa Valéria Vanessa Vera Viviane Yara"
)
MEN = _words(
    "Alexandre Anderson André Antônio Benedito Bruno Caio Carlos César Cláudio Daniel Davi Diego"
    " Edson Eduardo Emerson Fábio Felipe Fernando Francisco Gabriel Geraldo Gilberto Guilherme"
    " Gustavo Henrique Hugo Igor Ivan Jair João Jorge José Júlio Leandro Leonardo Lucas Luís"
    " Marcelo Márcio Marcos Mateus Maurício Murilo Nelson Otávio Paulo Pedro Rafael Raul Renato"
    " Ricardo Roberto Rodrigo Rogério Samuel Sérgio Thiago Vítor Wagner Wellington"
)
SURNAMES = _words(
    "Albuquerque Almeida Alves Amaral Andrade Araújo Azevedo Barbosa Barros Batista Bezerra Borges"
    " Braga Brito Caldas Campos Cardoso Carneiro Carvalho Castro Cavalcanti Coelho Correia Costa"
    " Cunha Dantas Dias Duarte Farias Fernandes Ferreira Figueiredo Fonseca Fontes Freitas Gomes"
    " Gonçalves Guedes Leal Leite Lima Lins Lopes Macedo Machado Maia Marinho Marques Martins Matos"
    " Medeiros Melo Mendes Menezes Miranda Monteiro Moraes Moreira Moura Nascimento Neves Nogueira"
    " Nunes Oliveira Pacheco Paiva Peixoto Pereira Pinheiro Pires Prado Queiroz Ramos Rezende"
    " Ribeiro Rocha Rodrigues Sales Sampaio Santana Santos Saraiva Silva Silveira Siqueira Soares"
    " Sousa Tavares Teixeira Torres Vargas Vasconcelos Vieira Xavier"
)
PLACES = _words(
    "Alvorada|Bela Vista|Boa Esperança|Bom Jesus|Bom Preço|Campo Belo|Central|da Estação|da Matriz|"
    "da Praça|das Flores|do Bosque|do Lago|do Parque|do Porto|do Vale|Dona Lurdes|Dois Irmãos|"
    "Estrela|Ipê Amarelo|Jardim|Lua Nova|Manacá|Mirante|Morada Nova|Nossa Casa|Novo Horizonte|"
    "Ouro Verde|Palmeiras|Panorama|Pedra Branca|Primavera|Quatro Estações|Recanto|Rio Claro|"
    "Santa Clara|Santa Rita|Santo Antônio|São Bento|São Jorge|São Judas|Sabiá|Sol Nascente|"
    "Três Marias|União|Vila Rica|Vitória|Zé Maria|Avenida|Colina|Girassol|Imperial|Monte Alegre|"
    "Paineiras|Real|Serra Azul|Tropical|Veneza|Acácias|Aurora do Sul",
    "|",
)
_PARTICLES = {"Silva": " da Silva", "Santos": " dos Santos", "Nascimento": " do Nascimento"}
_ENDINGS = ("Ltda", "Ltda", "Ltda", "ME", "Comércio Ltda", "& Filhos Ltda", "EPP")


def people(rng: Random) -> Iterator[str]:
    """Full names without end, none twice."""
    seen: set[str] = set()
    while True:
        given = rng.choice(WOMEN if rng.random() < 0.55 else MEN)
        first, last = rng.sample(SURNAMES, 2)
        middle = f" {first}" if rng.random() < 0.6 else ""
        name = f"{given}{middle}{_PARTICLES.get(last, f' {last}')}"
        if name not in seen:
            seen.add(name)
            yield name


def companies(rng: Random, kinds: tuple[str, ...], *, plain: bool = False) -> Iterator[str]:
    """Company names such as `Café do Vale Ltda`, none twice; `plain` ones have no legal ending."""
    pairs = [(kind, place) for kind in kinds for place in PLACES]
    rng.shuffle(pairs)
    for kind, place in pairs:
        ending = "" if plain else f" {rng.choice(_ENDINGS)}"
        yield f"{kind} {place}{ending}"


def handle(name: str) -> str:
    """What an address is made of: `cafe.do.vale.ltda`."""
    return ".".join("".join(c if c.isalnum() else " " for c in searchable(name)).split())
